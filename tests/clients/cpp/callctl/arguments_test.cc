#include "clients/cpp/callctl/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace autopulse::callevents::callctl {
namespace {

using ::testing::HasSubstr;

TEST(ArgumentsTest, ACallIsANumberOrAName) {
  EXPECT_EQ(*ParseCallName("15"), "calls/15");
  EXPECT_EQ(*ParseCallName("calls/15"), "calls/15");
  EXPECT_EQ(*ParseCallId("calls/15"), "15");
  EXPECT_EQ(*ParseCallName("9223372036854775807"), "calls/9223372036854775807");
}

TEST(ArgumentsTest, WhatIsNoIdIsRefusedWithAnExample) {
  for (const std::string text :
       {"", "0", "-1", "+1", "1.5", "15x", " 15", "calls/", "calls/15/events/a",
        "serviceRecords/15", "9223372036854775808", "-"}) {
    const auto name = ParseCallName(text);
    ASSERT_FALSE(name.ok()) << text;
    EXPECT_THAT(std::string(name.status().message()), HasSubstr("15 or calls/15")) << text;
  }
}

TEST(ArgumentsTest, AServiceRecordIsANumberOrAName) {
  EXPECT_EQ(*ParseServiceRecordName("9"), "serviceRecords/9");
  EXPECT_EQ(*ParseServiceRecordName("serviceRecords/9"), "serviceRecords/9");
  EXPECT_EQ(*ParseServiceRecordId("serviceRecords/9"), "9");
  EXPECT_FALSE(ParseServiceRecordName("calls/9").ok());
}

TEST(ArgumentsTest, AnEventMayBelongToTheCallOfAProviderId) {
  EXPECT_EQ(*ParseEventParent("-"), "calls/-");
  EXPECT_EQ(*ParseEventParent("calls/-"), "calls/-");
  EXPECT_EQ(*ParseEventParent("15"), "calls/15");
}

TEST(ArgumentsTest, AnEventIsItsCallAndItsIdOrAName) {
  for (const char* text : {"15/e_1", "calls/15/e_1", "15/events/e_1", "calls/15/events/e_1"}) {
    EXPECT_EQ(*ParseEventName(text), "calls/15/events/e_1");
  }
  for (const char* text : {"", "15", "e1", "15/", "15/events/", "x/e1", "15/e1/e2", "calls/-/e1"}) {
    const auto name = ParseEventName(text);
    ASSERT_FALSE(name.ok()) << text;
    EXPECT_THAT(std::string(name.status().message()), HasSubstr("as in 15/e1")) << text;
  }
}

TEST(ArgumentsTest, ATimeIsRfc3339InAnyZone) {
  const auto time = ParseTime("2025-05-01T14:00:00.25+02:00");
  ASSERT_TRUE(time.ok()) << time.status();
  EXPECT_EQ(time->seconds(), 1746100800);
  EXPECT_EQ(time->nanos(), 250'000'000);
}

TEST(ArgumentsTest, ATimeBefore1970HasAPositiveFraction) {
  const auto time = ParseTime("1969-12-31T23:59:59.75Z");
  ASSERT_TRUE(time.ok()) << time.status();
  EXPECT_EQ(time->seconds(), -1);
  EXPECT_EQ(time->nanos(), 750'000'000);
}

TEST(ArgumentsTest, WhatIsNoTimeOfTheApiIsRefused) {
  for (const std::string text :
       {"", "yesterday", "2025-05-01", "2025-05-01T12:00:00", "1746100800", "2025-13-01T12:00:00Z",
        "infinite-future", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z"}) {
    EXPECT_FALSE(ParseTime(text).ok()) << text;
  }
}

TEST(ArgumentsTest, ATimeoutIsPositiveAndHasAUnit) {
  for (const std::string text : {"250ms", "5s", "1m30s"}) EXPECT_TRUE(ParseTimeout(text).ok());
  for (const std::string text : {"", "5", "0s", "-5s", "inf", "25h", "5 apples"}) {
    EXPECT_FALSE(ParseTimeout(text).ok()) << text;
  }
}

}  // namespace
}  // namespace autopulse::callevents::callctl
