#include "services/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

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
              EndsWith(" key=\"a\\000b\\033[31m\\177\"\n"));
}

TEST(LogTest, BracesAreNoFormat) { EXPECT_THAT(LineWith("{}{0}%s"), EndsWith(" key={}{0}%s\n")); }

TEST(LogTest, TextInOtherScriptsStaysReadable) {
  EXPECT_THAT(LineWith("Müller"), EndsWith(" key=\"Müller\"\n"));
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
