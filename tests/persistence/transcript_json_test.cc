#include "persistence/transcript_json.h"

#include <cstdint>
#include <limits>
#include <random>

#include "gmock/gmock.h"
#include "tests/contract/call_store_contract.h"

namespace autopulse::callevents::persistence {
namespace {

std::vector<domain::TranscriptEntry> ThereAndBack(
    const std::vector<domain::TranscriptEntry>& entries) {
  const auto json = TranscriptToJson(entries);
  EXPECT_TRUE(json.ok()) << json.status();
  const auto back = TranscriptFromJson(*json);
  EXPECT_TRUE(back.ok()) << back.status();
  return back.value_or(std::vector<domain::TranscriptEntry>{});
}

TEST(TranscriptJsonTest, EntriesReadBackExactly) {
  EXPECT_EQ(ThereAndBack(contract::TwoEntries()), contract::TwoEntries());
  EXPECT_THAT(ThereAndBack({}), testing::IsEmpty());
}

TEST(TranscriptJsonTest, EveryDoubleAndMicrosecondReadsBack) {
  std::mt19937_64 random(1);
  std::vector<domain::TranscriptEntry> entries;
  for (int i = 0; i < 1000; ++i) {
    domain::TranscriptEntry entry;
    entry.start_time =
        absl::FromUnixMicros(static_cast<std::int64_t>(random() % 4'102'444'800'000'000));
    entry.seconds_from_start = std::uniform_real_distribution<>(0, 1e6)(random);
    entry.duration_ms = std::numeric_limits<std::int32_t>::max();
    entries.push_back(entry);
  }
  EXPECT_EQ(ThereAndBack(entries), entries);
}

TEST(TranscriptJsonTest, EveryCharacterReadsBack) {
  std::vector<domain::TranscriptEntry> entries;
  for (int c = 0; c < 128; ++c) {
    domain::TranscriptEntry entry;
    entry.content = std::string("a") + static_cast<char>(c) + "b";
    entries.push_back(entry);
  }
  for (const char* text : {"", "\xC3\xBC", "\xE2\x98\x8E", "\xF0\x9F\x9A\x97"}) {
    domain::TranscriptEntry entry;
    entry.role = text;
    entries.push_back(entry);
  }
  EXPECT_EQ(ThereAndBack(entries), entries);
}

TEST(TranscriptJsonTest, WhatIsNoNumberIsLeftOut) {
  domain::TranscriptEntry entry;
  entry.seconds_from_start = std::numeric_limits<double>::infinity();
  EXPECT_EQ(ThereAndBack({entry}), std::vector{domain::TranscriptEntry()});
}

TEST(TranscriptJsonTest, TextThatIsNotUtf8IsRefused) {
  domain::TranscriptEntry entry;
  entry.content = "\xff";
  EXPECT_TRUE(absl::IsInvalidArgument(TranscriptToJson({entry}).status()));
}

TEST(TranscriptJsonTest, DamagedTextIsDataLoss) {
  for (const char* text : {"", "[", "[1]", "[{\"role\":1}]"}) {
    EXPECT_TRUE(absl::IsDataLoss(TranscriptFromJson(text).status())) << text;
  }
}

}  // namespace
}  // namespace autopulse::callevents::persistence
