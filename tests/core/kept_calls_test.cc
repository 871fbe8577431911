#include "services/core/kept_calls.h"

#include <gtest/gtest.h>

namespace autopulse::callevents::core {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

std::unique_ptr<KeptCall> Kept(std::int64_t call_id, std::int64_t sequence) {
  auto kept = std::make_unique<KeptCall>();
  kept->call.id = call_id;
  kept->last_sequence = sequence;
  kept->time = kNow;
  return kept;
}

TEST(KeptCallsTest,
     WhatIsTakenIsGone) {  // a transaction that is undone leaves nothing wrong behind
  KeptCalls kept(10);
  kept.Put(Kept(15, 7));
  EXPECT_EQ(kept.Take(16, kNow), nullptr);
  EXPECT_NE(kept.Take(15, kNow), nullptr);
  EXPECT_EQ(kept.Take(15, kNow), nullptr);
}

TEST(KeptCallsTest, WhatIsOldIsNotTrusted) {  // F1
  KeptCalls kept(10);
  kept.Put(Kept(15, 7));
  EXPECT_EQ(kept.Take(15, kNow + KeptCalls::kMaxAge + absl::Microseconds(1)), nullptr);
}

TEST(KeptCallsTest, TheLastCallsAreRememberedAndOlderOnesForgotten) {
  KeptCalls kept(10);
  for (std::int64_t id = 1; id <= 100; ++id) kept.Put(Kept(id, id));
  for (std::int64_t id = 91; id <= 100; ++id) EXPECT_NE(kept.Take(id, kNow), nullptr) << id;
  for (std::int64_t id = 1; id <= 80; ++id) EXPECT_EQ(kept.Take(id, kNow), nullptr) << id;
}

TEST(KeptCallsTest, ACallIsKeptOnce) {
  KeptCalls kept(2);
  kept.Put(Kept(15, 1));
  kept.Put(Kept(16, 2));  // 15 is among the older ones now
  kept.Put(Kept(15, 3));
  EXPECT_EQ(kept.Take(15, kNow)->last_sequence, 3);
  EXPECT_EQ(kept.Take(15, kNow), nullptr);
}

}  // namespace
}  // namespace autopulse::callevents::core
