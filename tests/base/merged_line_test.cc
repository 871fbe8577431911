#include "services/base/merged_line.h"

#include <gtest/gtest.h>

namespace autopulse::callevents::base {
namespace {

TEST(MergedLineTest, OneOfASecondIsDueAndCountsThoseSinceTheLast) {
  const absl::Time start = absl::FromUnixSeconds(1'756'804'800);
  MergedLine line;
  EXPECT_EQ(line.Count(start), 1);
  EXPECT_EQ(line.Count(start), std::nullopt);
  EXPECT_EQ(line.Count(start + absl::Milliseconds(999)), std::nullopt);
  EXPECT_EQ(line.Count(start + absl::Seconds(1)), 3);
  EXPECT_EQ(line.Count(start + absl::Seconds(5)), 1);
}

}  // namespace
}  // namespace autopulse::callevents::base
