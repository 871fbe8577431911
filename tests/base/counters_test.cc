#include "services/base/counters.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::base {
namespace {

TEST(CountersTest, EachSeriesIsCountedByItself) {
  Counters counters;
  counters.Increment("ignored_type", "voice");
  counters.Increment("ignored_type", "voice");
  counters.Increment("ignored_type", "transcript");
  counters.Increment("ignored_type");
  EXPECT_EQ(counters.Get("ignored_type", "voice"), 2);
  EXPECT_EQ(counters.Get("ignored_type", "transcript"), 1);
  EXPECT_EQ(counters.Get("ignored_type"), 1);
  EXPECT_EQ(counters.Get("ignored_type", "never seen"), 0);
}

TEST(CountersTest, ASnapshotHoldsEverySeriesByName) {
  Counters counters;
  counters.Increment("b", "x");
  counters.Increment("a");
  EXPECT_EQ(counters.Snapshot(), (std::map<std::string, std::int64_t>{{"a", 1}, {"b/x", 1}}));
}

TEST(CountersTest, LabelsFromOutsideCannotFillTheMemory) {
  Counters counters;
  for (std::size_t i = 0; i < 2 * Counters::kMaxSeries; ++i) {
    counters.Increment("type", absl::StrCat(i));
  }
  EXPECT_EQ(counters.Snapshot().size(), Counters::kMaxSeries + 1);
  EXPECT_EQ(counters.Get("type", "other"), static_cast<std::int64_t>(Counters::kMaxSeries));
  EXPECT_EQ(counters.Get("type", absl::StrCat(2 * Counters::kMaxSeries - 1)), 0);
}

TEST(CountersTest, ASeriesThatIsKnownGoesOnCountingWhenTheCapIsReached) {
  Counters counters;
  for (std::size_t i = 0; i < 2 * Counters::kMaxSeries; ++i) {
    counters.Increment("type", absl::StrCat(i));
  }
  counters.Increment("type", "0");
  EXPECT_EQ(counters.Get("type", "0"), 2);
}

TEST(CountersTest, ManyThreadsMayCount) {
  Counters counters;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) counters.Increment("events");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counters.Get("events"), 4000);
}

}  // namespace
}  // namespace autopulse::callevents::base
