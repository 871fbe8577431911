#include "persistence/timestamp_text.h"

#include <cstdint>
#include <random>
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace autopulse::callevents::persistence {
namespace {

std::string Write(absl::Time time) { return TimestampText({absl::ToUnixMicros(time)}).str(); }

Timestamp Read(const std::string& text) { return ReadTimestamp(text.data(), text.size()); }

absl::Time Civil(std::int64_t year, int month, int day) {
  return absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone());
}

TEST(TimestampTextTest, TextHasAllDigits) {
  EXPECT_EQ(Write(absl::UnixEpoch()), "1970-01-01 00:00:00.000000");
  EXPECT_EQ(Write(Civil(2024, 2, 29) + absl::Microseconds(1)), "2024-02-29 00:00:00.000001");
  EXPECT_EQ(Write(Civil(1, 1, 1)), "0001-01-01 00:00:00.000000");
  EXPECT_EQ(Write(Civil(10000, 1, 1) - absl::Microseconds(1)), "9999-12-31 23:59:59.999999");
}

TEST(TimestampTextTest, EveryTimeReadsBackAndSortsAsItsText) {
  std::mt19937_64 random(1);
  const std::int64_t first = absl::ToUnixMicros(Civil(1, 1, 1));
  const std::int64_t last = absl::ToUnixMicros(Civil(10000, 1, 1)) - 1;
  std::uniform_int_distribution<std::int64_t> microseconds(first, last);
  Timestamp before{first};
  for (int i = 0; i < 10'000; ++i) {
    const Timestamp timestamp{microseconds(random)};
    const std::string text = TimestampText(timestamp).str();
    EXPECT_EQ(Read(text), timestamp) << text;
    EXPECT_EQ(text < TimestampText(before).str(), timestamp.microseconds < before.microseconds);
    before = timestamp;
  }
}

TEST(TimestampTextTest, WhatIsNoTimeIsUnreadable) {
  for (const char* text : {"2026-1-31", "2026-13-01", "2026-01-31 12:60", "2026-01-31 12:00:60",
                           "2026-01-31 12:00:00 ", "2026-01-31 12:00:00+24"}) {
    EXPECT_EQ(Read(text).microseconds, Timestamp::kUnreadable) << text;
  }
}

}  // namespace
}  // namespace autopulse::callevents::persistence
