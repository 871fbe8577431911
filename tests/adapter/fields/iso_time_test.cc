#include "adapter/fields/iso_time.h"

#include <gtest/gtest.h>

namespace autopulse::callevents::adapter {
namespace {

TEST(ParseIsoTimeTest, OffsetsAndTheirAbsenceAreUnderstood) {  // R2, V9
  const absl::Time time = absl::FromUnixMillis(1'750'407'779'677);
  EXPECT_EQ(ParseIsoTime("2025-06-20T08:22:59.677Z"), time);
  EXPECT_EQ(ParseIsoTime("2025-06-20T08:22:59.677"), time);
  EXPECT_EQ(ParseIsoTime("2025-06-20 08:22:59.677"), time);
  EXPECT_EQ(ParseIsoTime("2025-06-20t10:22:59.677+02:00"), time);
  EXPECT_EQ(ParseIsoTime("2025-06-20T02:52:59.677-0530"), time);
}

// As Python's datetime.fromisoformat does, by which the document reads them.
TEST(ParseIsoTimeTest, WhatIsLeftOutIsZero) {  // R2
  const absl::Time minute = absl::FromUnixSeconds(1'750'407'720);
  EXPECT_EQ(ParseIsoTime("2025-06-20T08:22Z"), minute);
  EXPECT_EQ(ParseIsoTime("2025-06-20T08:22"), minute);
  EXPECT_EQ(ParseIsoTime("2025-06-20T13:22+05"), minute);
  EXPECT_EQ(ParseIsoTime("2025-06-20T03:22:00-05"), minute);
  EXPECT_EQ(ParseIsoTime("2025-06-20"), ParseIsoTime("2025-06-20T00:00:00Z"));
}

TEST(ParseIsoTimeTest, FractionsReachMicroseconds) {  // R2
  EXPECT_EQ(ParseIsoTime("1970-01-01T00:00:01Z"), absl::FromUnixMicros(1'000'000));
  EXPECT_EQ(ParseIsoTime("1970-01-01T00:00:01.5Z"), absl::FromUnixMicros(1'500'000));
  EXPECT_EQ(ParseIsoTime("1970-01-01T00:00:01,5Z"), absl::FromUnixMicros(1'500'000));
  EXPECT_EQ(ParseIsoTime("1970-01-01T00:00:01.1234567891Z"), absl::FromUnixMicros(1'123'456));
  EXPECT_EQ(ParseIsoTime("1969-12-31T23:59:59.999999Z"), absl::FromUnixMicros(-1));
}

TEST(ParseIsoTimeTest, LeapSecondIsTheNextMinute) {
  EXPECT_EQ(ParseIsoTime("2016-12-31T23:59:60Z"), ParseIsoTime("2017-01-01T00:00:00Z"));
}

TEST(ParseIsoTimeTest, WhatIsNoTimeIsNone) {  // R2
  for (const char* text : {"",
                           "yesterday",
                           "2025-06",
                           "2025-06-20T",
                           "2025-06-20T08",
                           "2025-06-20Z",
                           "2025-06-20T08:22:59+05:",
                           "2025-06-20T08:22:",
                           "2025-02-30T00:00:00Z",
                           "2025-13-01T00:00:00Z",
                           "2025-06-20T24:00:00Z",
                           "2025-06-20T08:60:00Z",
                           "2025-06-20T08:22:61Z",
                           "2025-06-20T08:22:59.Z",
                           "2025-06-20T08:22:59Zx",
                           " 2025-06-20T08:22:59Z",
                           "2025-06-20T08:22:59+24:00",
                           "2025-06-20T08:22:59+1",
                           "20250620T082259Z",
                           "0001-01-01T00:00:00+01:00",
                           "0000-06-20T08:22:59Z",
                           "9999-12-31T23:59:59-01:00",
                           "1750407779677"}) {
    EXPECT_EQ(ParseIsoTime(text), std::nullopt) << text;
  }
}

TEST(ParseIsoTimeTest, EndsOfTheCalendarAreTaken) {
  EXPECT_TRUE(ParseIsoTime("0001-01-01T00:00:00Z").has_value());
  EXPECT_TRUE(ParseIsoTime("9999-12-31T23:59:59.999999Z").has_value());
}

}  // namespace
}  // namespace autopulse::callevents::adapter
