#include "services/base/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <utility>
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

enum class Mode { kFast, kSafe };
constexpr Choice<Mode> kModes[] = {{"fast", Mode::kFast}, {"safe", Mode::kSafe}};

// Keeps what is printed while a command line is read.
class PrintedTest : public testing::Test {
 protected:
  std::optional<int> ParseCaptured(Settings& settings, const char* program,
                                   std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), program);
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const std::optional<int> exit_code =
        settings.Parse(static_cast<int>(arguments.size()), arguments.data());
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return exit_code;
  }

  std::string out_;
  std::string err_;
};

class SettingsTest : public PrintedTest {
 protected:
  // Reads a command line; keeps what was printed.
  std::optional<int> Parse(std::vector<const char*> arguments) {
    Settings settings("demo-service", "Shows settings.", "Examples: none.");
    settings.Add("listen-on", listen_, "HOST:PORT to listen on");
    settings.Add("workers", workers_, "How many");
    settings.Add("size", size_, "How large");
    settings.AddChosen("only", only_, "Which");
    settings.AddList("also", also_, "What else");
    settings.Add("drain", drain_, "How long");
    settings.AddChoice("mode", mode_, kModes, "How");
    settings.AddOutput(json_, "How to print");
    settings.AddLogLevel(log_level_);
    settings.Add("pause", pause_, "How long, if at all");
    settings.AddFlag("open", open_, "Whether");
    settings.AddChosen("dry-run", dry_run_, "Whether");
    settings.AddChosen("older", older_, "From which age on");
    return ParseCaptured(settings, "demo-service", std::move(arguments));
  }

  std::string listen_ = "127.0.0.1:1";
  std::string only_;
  std::vector<std::string> also_ = {"a"};
  std::int64_t workers_ = 8;
  int size_ = 1;
  absl::Duration drain_ = absl::Seconds(10);
  Mode mode_ = Mode::kSafe;
  bool json_ = false;
  LogLevel log_level_ = LogLevel::kInfo;
  std::optional<absl::Duration> pause_ = absl::Hours(1);
  bool open_ = false;
  bool dry_run_ = false;
  std::optional<absl::Duration> older_;
};

TEST_F(SettingsTest, WithoutAnyTheDefaultsStand) {
  EXPECT_EQ(Parse({}), std::nullopt);
  EXPECT_EQ(listen_, "127.0.0.1:1");
  EXPECT_EQ(workers_, 8);
  EXPECT_EQ(drain_, absl::Seconds(10));
  EXPECT_EQ(mode_, Mode::kSafe);
  EXPECT_FALSE(dry_run_);
}

TEST_F(SettingsTest, TheCommandLineSetsThem) {
  EXPECT_EQ(
      Parse({"--listen-on=[::]:2", "--workers", "3", "--drain=1m30s", "--mode=fast", "--dry-run"}),
      std::nullopt);
  EXPECT_EQ(listen_, "[::]:2");
  EXPECT_EQ(workers_, 3);
  EXPECT_EQ(drain_, absl::Seconds(90));
  EXPECT_EQ(mode_, Mode::kFast);
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

TEST_F(SettingsTest, ANumberIsOneThatItsVariableHolds) {
  EXPECT_EQ(Parse({"--size=-2147483648"}), std::nullopt);
  EXPECT_EQ(size_, std::numeric_limits<int>::min());
  EXPECT_EQ(Parse({"--size=2147483648"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("--size: must be from -2147483648 to 2147483647"));
}

TEST_F(SettingsTest, ADurationMayBeGivenInDays) {
  EXPECT_EQ(Parse({"--drain=30d"}), std::nullopt);
  EXPECT_EQ(drain_, absl::Hours(720));
  EXPECT_EQ(Parse({"--drain=-1d"}), kExitUsage);
  EXPECT_EQ(Parse({"--drain=d"}), kExitUsage);
  EXPECT_EQ(Parse({"--drain=99999999d"}), kExitUsage);
}

TEST_F(SettingsTest, ADurationOfZeroMayBeNone) {
  EXPECT_EQ(Parse({"--pause=2s"}), std::nullopt);
  EXPECT_EQ(pause_, absl::Seconds(2));
  EXPECT_EQ(Parse({"--pause=0"}), std::nullopt);
  EXPECT_EQ(pause_, std::nullopt);
}

TEST_F(SettingsTest, OutputAndLogLevelAreTheSameInEveryProgram) {
  EXPECT_EQ(Parse({"-o", "json", "--log-level=error"}), std::nullopt);
  EXPECT_TRUE(json_);
  EXPECT_EQ(log_level_, LogLevel::kError);
  EXPECT_EQ(Parse({"--log-level=debug"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("--log-level: 'debug' is none of info, warning, error"));
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
  EXPECT_EQ(mode_, Mode::kFast);
  EXPECT_TRUE(open_);
}

TEST_F(SettingsTest, WhatOneRunIsToldIsNotInTheEnvironment) {
  const Environment only("DEMO_SERVICE_ONLY", "this");
  const Environment dry_run("DEMO_SERVICE_DRY_RUN", "true");
  const Environment older("DEMO_SERVICE_OLDER", "1s");
  EXPECT_EQ(Parse({}), std::nullopt);
  EXPECT_EQ(only_, "");
  EXPECT_FALSE(dry_run_);
  EXPECT_EQ(older_, std::nullopt);
  EXPECT_EQ(Parse({"--only=that", "--dry-run", "--older=30d"}), std::nullopt);
  EXPECT_EQ(only_, "that");
  EXPECT_TRUE(dry_run_);
  EXPECT_EQ(older_, absl::Hours(720));
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

// A program with `shelf` for what it needs in each command: `put`, `look at` and `look for`.
class CommandsTest : public PrintedTest {
 protected:
  std::optional<int> Parse(std::vector<const char*> arguments, bool requires_command = true) {
    Settings settings("demo-tool", "Shows commands.", "Examples: none.");
    if (requires_command) settings.RequireCommand();
    settings.Add("shelf", shelf_, "Where");
    Settings& put = settings.AddCommand("put", "Puts a thing there.", "Nothing is thrown.", [this] {
      run_ = "put";
      return 7;
    });
    put.AddWord("THING", thing_, "What");
    put.Require("THING");
    put.Add("weight", weight_, "How heavy");
    put.AddChosen("yes", yes_, "Although there is no room");
    Settings& look = settings.AddCommand("look", "Looks there.", "", nullptr);
    look.RequireCommand();
    look.Add("lamp", lamp_, "By which light");
    look.AddCommand("at", "Looks at all.", "", [this] { return run_ = "look at", 0; });
    look.AddCommand("for", "Looks for some.", "", [this] { return run_ = "look for", 0; })
        .AddWords("THINGS", things_, "Which");
    return ParseCaptured(settings, "demo-tool", std::move(arguments));
  }

  std::string shelf_;
  std::string thing_;
  std::int64_t weight_ = 1;
  bool yes_ = false;
  std::string lamp_;
  std::vector<std::string> things_;
  std::string run_;
};

TEST_F(CommandsTest, TheCommandThatIsGivenIsRun) {
  EXPECT_EQ(Parse({"put", "book", "--weight=2", "--yes"}), 7);
  EXPECT_EQ(run_, "put");
  EXPECT_EQ(thing_, "book");
  EXPECT_EQ(weight_, 2);
  EXPECT_TRUE(yes_);
  EXPECT_EQ(Parse({"look", "for", "a", "put", "-2"}), 0);
  EXPECT_EQ(run_, "look for");
  EXPECT_THAT(things_, testing::ElementsAre("a", "put", "-2"));
}

TEST_F(CommandsTest, SettingsOfAllCommandsStandInFrontOfOneOrBehindIt) {
  EXPECT_EQ(Parse({"--shelf=a", "look", "--lamp=b", "at"}), 0);
  EXPECT_EQ(shelf_ + lamp_, "ab");
  EXPECT_EQ(Parse({"look", "at", "--lamp=c", "--shelf=d"}), 0);
  EXPECT_EQ(shelf_ + lamp_, "dc");
}

TEST_F(CommandsTest, AnOptionOfAnotherCommandIsRefusedByItsName) {
  EXPECT_EQ(Parse({"look", "at", "--weight=2"}), kExitUsage);
  EXPECT_EQ(err_, "demo-tool: do not know '--weight'\nTry 'demo-tool look at --help'.\n");
  EXPECT_EQ(Parse({"put", "book", "--lamp", "c"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("do not know '--lamp'"));
  EXPECT_EQ(Parse({"put", "book", "pen"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("do not know 'pen'"));
  EXPECT_EQ(run_, "");
}

TEST_F(CommandsTest, ACommandOrAWordThatIsMissingIsNamed) {
  EXPECT_EQ(Parse({"--shelf=a"}), kExitUsage);
  EXPECT_EQ(err_, "demo-tool: a command is missing: put or look\nTry 'demo-tool --help'.\n");
  EXPECT_EQ(Parse({"look"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("a command is missing: at or for\nTry 'demo-tool look --help'"));
  EXPECT_EQ(Parse({"throw", "book"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("do not know 'throw'"));
  EXPECT_EQ(Parse({"put"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("THING is required"));
}

TEST_F(CommandsTest, EachHasAHelpOfItsOwn) {
  EXPECT_EQ(Parse({"--help"}), kExitOk);
  EXPECT_THAT(out_, testing::AllOf(HasSubstr("\n  put "), HasSubstr("--shelf"),
                                   testing::Not(HasSubstr("--weight"))));
  EXPECT_EQ(Parse({"put", "--help"}), kExitOk);
  EXPECT_THAT(out_, testing::AllOf(HasSubstr("demo-tool put [OPTIONS] THING"),
                                   HasSubstr("--weight"), HasSubstr("Nothing is thrown."),
                                   HasSubstr("for all commands: demo-tool --help"),
                                   testing::Not(HasSubstr("--shelf"))));
}

TEST_F(CommandsTest, WhoAsksForHelpGetsThatOfTheInnermostCommandWhateverIsWrong) {
  for (const bool requires_command : {true, false}) {
    EXPECT_EQ(Parse({"--help", "put"}, requires_command), kExitOk);
    EXPECT_THAT(out_, HasSubstr("demo-tool put [OPTIONS] THING"));
    EXPECT_EQ(Parse({"-h", "look"}, requires_command), kExitOk);
    EXPECT_THAT(out_, HasSubstr("demo-tool look [OPTIONS] COMMAND"));
    EXPECT_EQ(Parse({"look", "--help", "for"}, requires_command), kExitOk);
    EXPECT_THAT(out_, HasSubstr("demo-tool look for [OPTIONS]"));
    EXPECT_EQ(Parse({"put", "--weight=heavy", "--help"}, requires_command), kExitOk);
    EXPECT_THAT(out_, HasSubstr("demo-tool put [OPTIONS] THING"));
    EXPECT_EQ(err_, "");
  }
  EXPECT_EQ(run_, "");
}

TEST_F(CommandsTest, EachTellsTheVersion) {
  for (const bool requires_command : {true, false}) {
    for (const std::vector<const char*>& words : {std::vector<const char*>{"put", "--version"},
                                                  {"put", "book", "--version"},
                                                  {"--version", "put"},
                                                  {"look", "--version"},
                                                  {"look", "at", "--version"}}) {
      EXPECT_EQ(Parse(words, requires_command), kExitOk) << testing::PrintToString(words);
      EXPECT_EQ(out_, "demo-tool " AUTOPULSE_VERSION "\n");
    }
  }
  EXPECT_EQ(run_, "");
}

TEST_F(CommandsTest, WhatIsRequiredIsNotEmpty) {
  EXPECT_EQ(Parse({"put", ""}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("THING: is empty"));
  EXPECT_EQ(run_, "");
}

TEST_F(CommandsTest, ACommandReadsItsPartOfTheEnvironment) {
  const Environment weight("DEMO_TOOL_WEIGHT", "heavy");
  const Environment shelf("DEMO_TOOL_SHELF", "a");
  EXPECT_EQ(Parse({"put", "book"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("--weight"));
  EXPECT_EQ(Parse({"look", "at"}), 0);
  EXPECT_EQ(shelf_, "a");
}

TEST_F(CommandsTest, WhatAProgramDoesWithoutACommandHasItsOwnSettings) {
  EXPECT_EQ(Parse({"--shelf=a"}, /*requires_command=*/false), std::nullopt);
  EXPECT_EQ(shelf_, "a");
  const Environment shelf("DEMO_TOOL_SHELF", "b");
  EXPECT_EQ(Parse({"put", "book"}, /*requires_command=*/false), 7);
  EXPECT_EQ(shelf_, "a");
  EXPECT_EQ(Parse({"--shelf=c", "put", "book"}, /*requires_command=*/false), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("--shelf: is not for put"));
  EXPECT_EQ(Parse({"put", "book", "--shelf=c"}, /*requires_command=*/false), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("do not know '--shelf'"));
}

}  // namespace
}  // namespace autopulse::callevents::base
