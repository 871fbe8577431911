#include "services/domain/call_event.h"

#include <gtest/gtest.h>

#include "tests/domain/events.h"

namespace autopulse::callevents::domain {
namespace {

TEST(EventTimeTest, ItIsTheProvidersWhereGiven) {  // O6
  EXPECT_EQ(EventTime(At(0), At(60)), At(0));
  EXPECT_EQ(EventTime(At(-86'400), At(0)), At(-86'400));
}

TEST(EventTimeTest, ItIsTheFirstReceiptWhereTheProviderGivesNone) {  // O6
  EXPECT_EQ(EventTime(std::nullopt, At(7)), At(7));
}

TEST(EventTimeTest, FiveMinutesAheadOfTheReceiptIsBelieved) {  // O6
  EXPECT_EQ(EventTime(At(300), At(0)), At(300));
}

TEST(EventTimeTest, MoreThanFiveMinutesAheadIsReplacedByTheReceipt) {  // O6
  EXPECT_EQ(EventTime(At(300) + absl::Microseconds(1), At(0)), At(0));
  EXPECT_EQ(EventTime(absl::InfiniteFuture(), At(0)), At(0));
}

TEST(EventTimeTest, LessThanAMicrosecondIsDropped) {
  const absl::Duration more = absl::Nanoseconds(1999);
  EXPECT_EQ(EventTime(At(0) + more, At(0)), At(0) + absl::Microseconds(1));
  EXPECT_EQ(EventTime(std::nullopt, At(0) + more), At(0) + absl::Microseconds(1));
}

TEST(TranscriptTest, HasEveryRoleButSystem) {  // T1
  EXPECT_FALSE(IsTranscribed("system"));
  for (const char* role : {"human", "assistant", "tool", "System", ""}) {
    EXPECT_TRUE(IsTranscribed(role)) << role;
  }
}

TEST(TranscriptTest, ALineWithoutATimeHasTheEvents) {  // T4
  EXPECT_EQ(EntryTime(std::nullopt, At(7)), At(7));
  EXPECT_EQ(EntryTime(At(1), At(7)), At(1));
}

TEST(ToMicrosecondsTest, TimesBefore1970AreRoundedDownToo) {
  EXPECT_EQ(ToMicroseconds(absl::FromUnixNanos(-1)), absl::FromUnixMicros(-1));
}

}  // namespace
}  // namespace autopulse::callevents::domain
