#include "services/core/kept_calls.h"

#include <gtest/gtest.h>

namespace autopulse::callevents::core {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

KeptCall KeptAt(std::int64_t sequence) {
  return {.last_sequence = sequence, .time = kNow, .folded = {}};
}

TEST(KeptCallsTest, WhatIsKeptHoldsForTheEventThatItNamesOnly) {  // O3
  KeptCalls kept(10);
  kept.Put(15, KeptAt(7));
  EXPECT_FALSE(kept.Take(16, 7, kNow).has_value());
  EXPECT_FALSE(kept.Take(15, 8, kNow).has_value()) << "another service has recorded an event since";
  kept.Put(15, KeptAt(8));
  EXPECT_TRUE(kept.Take(15, 8, kNow).has_value());
}

TEST(KeptCallsTest,
     WhatIsTakenIsGone) {  // a transaction that is undone leaves nothing wrong behind
  KeptCalls kept(10);
  kept.Put(15, KeptAt(7));
  EXPECT_TRUE(kept.Take(15, 7, kNow).has_value());
  EXPECT_FALSE(kept.Take(15, 7, kNow).has_value());
}

TEST(KeptCallsTest, WhatIsOldIsNotTrusted) {  // F1
  KeptCalls kept(10);
  kept.Put(15, KeptAt(7));
  EXPECT_FALSE(kept.Take(15, 7, kNow + KeptCalls::kMaxAge + absl::Microseconds(1)).has_value());
}

TEST(KeptCallsTest, TheLastCallsAreRememberedAndOlderOnesForgotten) {
  KeptCalls kept(10);
  for (std::int64_t id = 1; id <= 100; ++id) kept.Put(id, KeptAt(id));
  for (std::int64_t id = 91; id <= 100; ++id)
    EXPECT_TRUE(kept.Take(id, id, kNow).has_value()) << id;
  for (std::int64_t id = 1; id <= 80; ++id) EXPECT_FALSE(kept.Take(id, id, kNow).has_value()) << id;
}

TEST(KeptCallsTest, TheNewestOfACallIsFoundThoughAnOlderOneIsThereToo) {
  KeptCalls kept(2);
  kept.Put(15, KeptAt(1));
  kept.Put(16, KeptAt(2));  // 15 is among the older ones now
  kept.Put(15, KeptAt(3));
  EXPECT_TRUE(kept.Take(15, 3, kNow).has_value());
}

}  // namespace
}  // namespace autopulse::callevents::core
