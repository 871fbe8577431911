#include "services/base/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::base {
namespace {

using testing::EndsWith;
using testing::IsEmpty;
using testing::MatchesRegex;

// What `LogInfo` prints for one field.
std::string LineWith(absl::string_view value) {
  testing::internal::CaptureStderr();
  LogInfo("event recorded", {{"key", value}});
  return testing::internal::GetCapturedStderr();
}

TEST(LogTest, ALineIsTheTimeTheLevelTheMessageAndTheFields) {
  testing::internal::CaptureStderr();
  LogWarning("event recorded", {{"call", "calls/15"}, {"ms", 4}});
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              MatchesRegex("[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+\\.[0-9]+Z warning "
                           "event recorded call=calls/15 ms=4\n"));
}

TEST(LogTest, AValueWithBlanksQuotesOrEqualSignsIsQuoted) {
  EXPECT_THAT(LineWith("two words"), EndsWith(" key=\"two words\"\n"));
  EXPECT_THAT(LineWith("say \"hi\""), EndsWith(" key=\"say \\\"hi\\\"\"\n"));
  EXPECT_THAT(LineWith("a=b"), EndsWith(" key=\"a=b\"\n"));
  EXPECT_THAT(LineWith("back\\slash"), EndsWith(" key=\"back\\\\slash\"\n"));
  EXPECT_THAT(LineWith(""), EndsWith(" key=\"\"\n"));
}

TEST(LogTest, WhateverComesInIsOneLine) {
  EXPECT_THAT(LineWith("a\nb\r\n2025-05-01T12:00:00.000Z error forged"),
              EndsWith(" key=\"a\\nb\\r\\n2025-05-01T12:00:00.000Z error forged\"\n"));
  EXPECT_THAT(LineWith(absl::string_view("a\0b\x1b[31m\x7f", 9)),
              EndsWith(" key=\"a\\x00b\\x1b[31m\\x7f\"\n"));
}

TEST(LogTest, NothingDrivesTheTerminal) {
  EXPECT_THAT(LineWith("a\u009b31mb\u202ec\u2028d\xff"),
              EndsWith(" key=\"a\\x9b31mb\\u202ec\\u2028d\\xff\"\n"));
}

TEST(LogTest, BracesAreNoFormat) { EXPECT_THAT(LineWith("{}{0}%s"), EndsWith(" key={}{0}%s\n")); }

TEST(LogTest, TextInOtherScriptsStaysReadable) {
  EXPECT_THAT(LineWith("Müller"), EndsWith(" key=\"Müller\"\n"));
}

// A pipe as standard error while it lives, which takes what fits into it and no more.
class FullPipe {
 public:
  FullPipe() {
    EXPECT_EQ(pipe2(ends_.data(), O_NONBLOCK), 0);
    dup2(ends_[1], STDERR_FILENO);
  }
  ~FullPipe() {
    dup2(before_, STDERR_FILENO);
    for (const int file : {before_, ends_[0], ends_[1]}) close(file);
  }
  FullPipe(const FullPipe&) = delete;
  FullPipe& operator=(const FullPipe&) = delete;

  // Empties it.
  std::string Read() const {
    std::string text;
    std::array<char, 4096> part = {};
    for (ssize_t size = 1; size > 0;) {
      size = read(ends_[0], part.data(), part.size());
      if (size > 0) text.append(part.data(), static_cast<std::size_t>(size));
    }
    return text;
  }

 private:
  const int before_ = dup(STDERR_FILENO);
  std::array<int, 2> ends_ = {};
};

TEST(LogTest, LinesThatAreNotTakenAreDroppedCountedAndSaid) {  // FT62
  constexpr int kLines = 5000;
  const FullPipe pipe;
  for (int i = 0; i < kLines; ++i) LogInfo("event recorded", {{"number", i}});
  const std::string taken = pipe.Read();
  const auto lines = std::count(taken.begin(), taken.end(), '\n');
  EXPECT_GT(lines, 0);
  ASSERT_LT(lines, kLines);
  LogInfo("later");
  LogInfo("and later");
  EXPECT_THAT(pipe.Read(),
              MatchesRegex(absl::StrCat("[^ ]*Z warning log lines dropped count=", kLines - lines,
                                        "\n[^ ]*Z info later\n[^ ]*Z info and later\n")));
}

TEST(LogTest, ALineOfWhichAPartWasTakenIsEnded) {  // FT62
  const FullPipe pipe;
  LogInfo("long", {{"value", std::string(1 << 20, 'x')}});
  EXPECT_THAT(pipe.Read(), EndsWith("xxx"));
  LogInfo("later");
  EXPECT_THAT(pipe.Read(),
              MatchesRegex("\n[^ ]*Z warning log lines dropped count=1\n[^ ]*Z info later\n"));
}

TEST(LogTest, OnlyWhatIsAtLeastOfTheLevelIsPrinted) {
  SetLogLevel(LogLevel::kWarning);
  testing::internal::CaptureStderr();
  LogInfo("info");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), IsEmpty());
  testing::internal::CaptureStderr();
  LogError("error");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), EndsWith(" error error\n"));
  SetLogLevel(LogLevel::kInfo);
}

}  // namespace
}  // namespace autopulse::callevents::base
