#include "adapter/delivery/spool_upkeep.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/adapter/delivery/spooling.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::Settlement;

class SpoolUpkeepTest : public SpoolingTest {
 protected:
  void Bury(absl::Time time) {
    persistence::spool::DeadLetter letter;
    letter.reason = "malformed";
    letter.payload = "{";
    letter.create_time = time;
    ASSERT_TRUE(spool_->dead_letters().Add(letter).ok());
  }

  std::uintmax_t file_size() const { return std::filesystem::file_size(folder_ / "spool.db"); }
};

TEST_F(SpoolUpkeepTest, DeadLettersGoWhenTheyAreOld) {
  for (int i = 0; i < 1'200; ++i) Bury(now_ - absl::Hours(25));
  Bury(now_ - absl::Hours(23));
  SpoolUpkeep(*spool_, absl::Hours(24), Clock()).RunOnce();
  EXPECT_EQ(DeadLetters().size(), 1u);
}

TEST_F(SpoolUpkeepTest, DeadLettersStayForEverIfSoTold) {
  Bury(now_ - absl::Hours(24 * 3650));
  SpoolUpkeep(*spool_, absl::ZeroDuration(), Clock()).RunOnce();
  EXPECT_EQ(DeadLetters().size(), 1u);
}

TEST_F(SpoolUpkeepTest, DrainedSpoolGivesItsSpaceBackButKeepsSome) {
  const std::string large(1'000'000, 'x');
  std::vector<Settlement> settlements;
  for (int i = 1; i <= 60; ++i) {
    ASSERT_TRUE(spool_
                    ->Append({.call = absl::StrCat("calls/", i),
                              .payload = large,
                              .receive_time = now_,
                              .failures = {},
                              .due = now_})
                    .ok());
  }
  const auto page = spool_->ReadDue(now_, {.bytes = std::size_t{1} << 30});
  ASSERT_TRUE(page.ok());
  for (const auto& event : *page) {
    settlements.push_back({.kind = Settlement::Kind::kDelivered,
                           .event = event.id,
                           .lane = event.lane,
                           .failures = {},
                           .due = {},
                           .reason = {}});
  }
  ASSERT_TRUE(spool_->Settle(settlements, now_).ok());
  SpoolUpkeep(*spool_, absl::ZeroDuration(), Clock()).RunOnce();
  spool_.reset();  // which brings the file up to date
  EXPECT_LT(file_size(), std::uintmax_t{20} << 20);
  EXPECT_GT(file_size(), std::uintmax_t{14} << 20);
}

}  // namespace
}  // namespace autopulse::callevents::adapter
