#include "services/base/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace autopulse::callevents::base {
namespace {

using testing::HasSubstr;

// Sets a variable of the environment for as long as it lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Environment() { unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* const name_;
};

class SettingsTest : public testing::Test {
 protected:
  // Reads a command line; keeps what was printed.
  std::optional<int> Parse(std::vector<const char*> arguments) {
    Settings settings("demo-service", "Shows settings.", "Examples: none.");
    settings.Add("listen-on", listen_, "HOST:PORT to listen on");
    settings.Add("workers", workers_, "How many");
    settings.AddChosen("only", only_, "Which");
    settings.AddList("also", also_, "What else");
    settings.Add("drain", drain_, "How long");
    settings.AddChoice("mode", mode_, {"fast", "safe"}, "How");
    settings.AddFlag("open", open_, "Whether");
    settings.AddChosen("dry-run", dry_run_, "Whether");
    arguments.insert(arguments.begin(), "demo-service");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const std::optional<int> exit_code =
        settings.Parse(static_cast<int>(arguments.size()), arguments.data());
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return exit_code;
  }

  std::string listen_ = "127.0.0.1:1";
  std::string only_;
  std::vector<std::string> also_ = {"a"};
  std::int64_t workers_ = 8;
  absl::Duration drain_ = absl::Seconds(10);
  std::string mode_ = "safe";
  bool open_ = false;
  bool dry_run_ = false;
  std::string out_;
  std::string err_;
};

TEST_F(SettingsTest, WithoutAnyTheDefaultsStand) {
  EXPECT_EQ(Parse({}), std::nullopt);
  EXPECT_EQ(listen_, "127.0.0.1:1");
  EXPECT_EQ(workers_, 8);
  EXPECT_EQ(drain_, absl::Seconds(10));
  EXPECT_EQ(mode_, "safe");
  EXPECT_FALSE(dry_run_);
}

TEST_F(SettingsTest, TheCommandLineSetsThem) {
  EXPECT_EQ(
      Parse({"--listen-on=[::]:2", "--workers", "3", "--drain=1m30s", "--mode=fast", "--dry-run"}),
      std::nullopt);
  EXPECT_EQ(listen_, "[::]:2");
  EXPECT_EQ(workers_, 3);
  EXPECT_EQ(drain_, absl::Seconds(90));
  EXPECT_EQ(mode_, "fast");
  EXPECT_TRUE(dry_run_);
}

TEST_F(SettingsTest, AnEmptyValueIsOneAndNotTheNextArgument) {
  EXPECT_EQ(Parse({"--listen-on=", "--workers=3"}), std::nullopt);
  EXPECT_EQ(listen_, "");
  EXPECT_EQ(workers_, 3);
}

TEST_F(SettingsTest, AnEmptyNumberOrChoiceIsNone) {
  EXPECT_EQ(Parse({"--workers=", "--only=x"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("--workers: '' is no number"));
  EXPECT_EQ(Parse({"--only=", "--workers=3"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("--only: is empty"));
}

TEST_F(SettingsTest, ADurationMayBeGivenInDays) {
  EXPECT_EQ(Parse({"--drain=30d"}), std::nullopt);
  EXPECT_EQ(drain_, absl::Hours(720));
  EXPECT_EQ(Parse({"--drain=-1d"}), kExitUsage);
  EXPECT_EQ(Parse({"--drain=d"}), kExitUsage);
  EXPECT_EQ(Parse({"--drain=99999999d"}), kExitUsage);
}

TEST_F(SettingsTest, TheEnvironmentSetsWhatTheCommandLineDoesNot) {
  const Environment listen("DEMO_SERVICE_LISTEN_ON", "env:1");
  const Environment drain("DEMO_SERVICE_DRAIN", "250ms");
  const Environment workers("DEMO_SERVICE_WORKERS", "5");
  const Environment mode("DEMO_SERVICE_MODE", "fast");
  const Environment open("DEMO_SERVICE_OPEN", "true");
  EXPECT_EQ(Parse({"--workers=6"}), std::nullopt);
  EXPECT_EQ(listen_, "env:1");
  EXPECT_EQ(drain_, absl::Milliseconds(250));
  EXPECT_EQ(workers_, 6);
  EXPECT_EQ(mode_, "fast");
  EXPECT_TRUE(open_);
}

TEST_F(SettingsTest, WhatOneRunIsToldIsNotInTheEnvironment) {
  const Environment only("DEMO_SERVICE_ONLY", "this");
  const Environment dry_run("DEMO_SERVICE_DRY_RUN", "true");
  EXPECT_EQ(Parse({}), std::nullopt);
  EXPECT_EQ(only_, "");
  EXPECT_FALSE(dry_run_);
  EXPECT_EQ(Parse({"--only=that", "--dry-run"}), std::nullopt);
  EXPECT_EQ(only_, "that");
  EXPECT_TRUE(dry_run_);
}

TEST_F(SettingsTest, ListIsGivenInPartsOrAtOnceAndTakesThePlaceOfTheDefault) {
  EXPECT_EQ(Parse({}), std::nullopt);
  EXPECT_THAT(also_, testing::ElementsAre("a"));
  EXPECT_EQ(Parse({"--also=b", "--also=c,d"}), std::nullopt);
  EXPECT_THAT(also_, testing::ElementsAre("b", "c", "d"));
  const Environment also("DEMO_SERVICE_ALSO", "e,f");
  EXPECT_EQ(Parse({}), std::nullopt);
  EXPECT_THAT(also_, testing::ElementsAre("e", "f"));
}

TEST_F(SettingsTest, WhatIsWrongIsSaidInASentence) {
  for (const char* wrong : {"--workers=many", "--drain=soon", "--drain=-1s", "--drain=5",
                            "--mode=slow", "--nonsense", "stray"}) {
    EXPECT_EQ(Parse({wrong}), kExitUsage) << wrong;
    EXPECT_THAT(err_, testing::StartsWith("demo-service: ")) << wrong;
    EXPECT_THAT(err_, HasSubstr("demo-service --help")) << wrong;
  }
}

TEST_F(SettingsTest, WhatIsWrongInTheEnvironmentIsSaidToo) {
  struct Row {
    const char* name;
    const char* value;
  };
  for (const Row& row : {Row{"DEMO_SERVICE_WORKERS", "many"}, Row{"DEMO_SERVICE_DRAIN", "soon"},
                         Row{"DEMO_SERVICE_MODE", "slow"}}) {
    const Environment wrong(row.name, row.value);
    EXPECT_EQ(Parse({}), kExitUsage) << row.name;
  }
}

TEST_F(SettingsTest, HelpShowsEverySettingItsDefaultAndItsVariable) {
  EXPECT_EQ(Parse({"--help"}), kExitOk);
  for (const char* shown : {"--listen-on", "127.0.0.1:1", "DEMO_SERVICE_LISTEN_ON", "--drain",
                            "10s", "safe", "Examples: none."}) {
    EXPECT_THAT(out_, HasSubstr(shown));
  }
}

TEST_F(SettingsTest, TheVersionIsPrinted) {
  EXPECT_EQ(Parse({"--version"}), kExitOk);
  EXPECT_THAT(out_, HasSubstr("demo-service " AUTOPULSE_VERSION));
}

}  // namespace
}  // namespace autopulse::callevents::base
