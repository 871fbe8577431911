#include "clients/cpp/callctl/formatting.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace autopulse::callevents::callctl {
namespace {

google::protobuf::Timestamp Time(std::int64_t seconds, std::int32_t nanos) {
  google::protobuf::Timestamp time;
  time.set_seconds(seconds);
  time.set_nanos(nanos);
  return time;
}

google::protobuf::Duration Duration(std::int64_t seconds, std::int32_t nanos) {
  google::protobuf::Duration duration;
  duration.set_seconds(seconds);
  duration.set_nanos(nanos);
  return duration;
}

TEST(FormattingTest, ATimeIsUtcInSeconds) {
  EXPECT_EQ(FormatTime(Time(1746100805, 0)), "2025-05-01T12:00:05Z");
}

TEST(FormattingTest, ATimeHasItsMillisecondsAndNothingSmaller) {
  EXPECT_EQ(FormatTime(Time(1746100805, 120'000'000)), "2025-05-01T12:00:05.120Z");
  EXPECT_EQ(FormatTime(Time(1746100805, 999'999'999)), "2025-05-01T12:00:05.999Z");
  EXPECT_EQ(FormatTime(Time(1746100805, 999)), "2025-05-01T12:00:05Z");
}

TEST(FormattingTest, ADurationIsInMinutesAndSeconds) {
  EXPECT_EQ(FormatDuration(Duration(108, 0)), "1m48s");
  EXPECT_EQ(FormatDuration(Duration(108, 250'000'000)), "1m48.25s");
  EXPECT_EQ(FormatDuration(Duration(3600, 0)), "1h");
  EXPECT_EQ(FormatDuration(Duration(0, 250'999'999)), "250ms");
}

TEST(FormattingTest, NoDurationIsZeroSeconds) {
  EXPECT_EQ(FormatDuration(Duration(0, 0)), "0s");
  EXPECT_EQ(FormatDuration(Duration(0, 1)), "0s");
}

TEST(FormattingTest, ACostKeepsItsDigits) {
  EXPECT_EQ(FormatCost("0.2018"), "$0.2018");
  EXPECT_EQ(FormatCost("0"), "$0");
  EXPECT_EQ(FormatCost("-0.5"), "-$0.5");
  EXPECT_EQ(FormatCost(""), "");
}

TEST(FormattingTest, AnEventIsShownByItsOwnId) {
  EXPECT_EQ(LastSegment("calls/15/events/3f2a"), "3f2a");
  EXPECT_EQ(LastSegment(""), "");
}

}  // namespace
}  // namespace autopulse::callevents::callctl
