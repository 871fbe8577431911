#include "clients/cpp/callctl/event_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace autopulse::callevents::callctl {
namespace {

using ::testing::StartsWith;

// The ids of the events in `json`, or the error.
std::string Ids(const std::string& json) {
  const auto events = ParseEvents(json);
  if (!events.ok()) return std::string(events.status().message());
  std::string ids;
  for (const auto& event : *events) ids += event.event_id() + ";";
  return ids;
}

TEST(EventFileTest, ReadsOneEventOverSeveralLines) {
  const auto events = ParseEvents(R"({
    "parent": "calls/15", "event_id": "a",
    "event": {"statusUpdate": {"status": "CALL_STATUS_RINGING"}}
  })");
  ASSERT_TRUE(events.ok()) << events.status();
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ(events->front().parent(), "calls/15");
  EXPECT_EQ(events->front().event().status_update().status(), v1::CALL_STATUS_RINGING);
}

TEST(EventFileTest, ReadsAnArray) {
  EXPECT_EQ(Ids(" [ {\"eventId\":\"a\"} , {\"eventId\":\"b\"}\n]\n"), "a;b;");
}

TEST(EventFileTest, ReadsJsonLines) {
  EXPECT_EQ(Ids("{\"eventId\":\"a\"}\n\n{\"eventId\":\"b\"}\r\n{\"eventId\":\"c\"}"), "a;b;c;");
}

TEST(EventFileTest, BracesWithinTextsDoNotCount) {
  EXPECT_EQ(Ids(R"({"eventId":"}\"{"}{"eventId":"[\\"})"), "}\"{;[\\;");
}

TEST(EventFileTest, AByteOrderMarkDoesNotCount) {
  EXPECT_EQ(Ids("\xef\xbb\xbf{\"eventId\":\"a\"}"), "a;");
}

TEST(EventFileTest, NoEventsAreRefused) {
  EXPECT_EQ(Ids(""), "no events");
  EXPECT_EQ(Ids(" \n"), "no events");
  EXPECT_EQ(Ids("[]"), "no events");
}

TEST(EventFileTest, WhatIsMalformedIsRefusedWithItsLine) {
  EXPECT_EQ(Ids("{\"eventId\":\"a\"}\n{\"eventId\":"),
            "line 2: the event that begins here does not end");
  EXPECT_EQ(Ids("{\"eventId\":\"a\"}\n\n7"), "line 3: an event, { ... }, is missing here");
  EXPECT_EQ(Ids("[{\"eventId\":\"a\"}\n{\"eventId\":\"b\"}]"),
            "line 2: a comma or the end of the array is missing");
  EXPECT_EQ(Ids("[{\"eventId\":\"a\"},\n]"), "line 2: an event, { ... }, is missing here");
  EXPECT_EQ(Ids("[{\"eventId\":\"a\"}"), "line 1: a comma or the end of the array is missing");
  EXPECT_EQ(Ids("["), "line 1: an event, { ... }, is missing here");
  EXPECT_EQ(Ids("[,{\"eventId\":\"a\"}]"), "line 1: an event, { ... }, is missing here");
  EXPECT_EQ(Ids("[]\n{}"), "line 2: nothing may follow the array");
  EXPECT_THAT(Ids("{\"eventId\":\"a\"}\n{\"eventId\"}"), StartsWith("line 2: "));
}

TEST(EventFileTest, AFieldThatTheApiDoesNotKnowIsRefused) {
  EXPECT_THAT(Ids("{\"eventId\":\"a\"}\n{\"evntId\":\"b\"}"), StartsWith("line 2: "));
}

TEST(EventFileTest, AFileThatCannotBeReadIsAnErrorWithTheReason) {
  EXPECT_EQ(ReadFile("/nowhere/events.json").status().message(),
            "cannot read /nowhere/events.json: No such file or directory");
  EXPECT_FALSE(ReadFile("/").ok());
}

}  // namespace
}  // namespace autopulse::callevents::callctl
