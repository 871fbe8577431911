#include "persistence/sqlite/wal_sync.h"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "tests/persistence/store_file.h"

namespace autopulse::callevents::persistence {
namespace {

using testing::ElementsAre;

class SqliteWalSyncTest : public testing::Test {
 protected:
  SqliteWalSyncTest() { std::ofstream(path()) << "pages"; }

  std::string path() const { return folder_ / "calls.db-wal"; }

 private:
  TemporaryFolder folder_;
};

TEST_F(SqliteWalSyncTest, TellsInTheOrderInWhichItWasAsked) {
  std::vector<int> told;
  {
    SqliteWalSync sync(path());
    for (int i = 0; i < 3; ++i) sync.WhenDurable([&told, i] { told.push_back(i); });
  }
  EXPECT_THAT(told, ElementsAre(0, 1, 2));
}

TEST_F(SqliteWalSyncTest, DestructorTellsWhatIsAskedForWhileItTells) {
  bool told = false;
  {
    SqliteWalSync sync(path());
    sync.WhenDurable([&] { sync.WhenDurable([&] { told = true; }); });
  }
  EXPECT_TRUE(told);
}

TEST_F(SqliteWalSyncTest, ADiskThatDoesNotKeepWhatWasCommittedEndsTheProcess) {  // FT9
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto ask = [] {
    SqliteWalSync sync("/dev/null");  // takes all, and keeps nothing: EINVAL
    sync.WhenDurable([] { std::_Exit(0); });
  };
  EXPECT_EXIT(ask(), testing::ExitedWithCode(1), "does not keep what was committed.*/dev/null");
}

TEST_F(SqliteWalSyncTest, NothingIsToldBeforeItIsChecked) {  // FT66
  std::vector<int> seen;
  {
    SqliteWalSync sync(path(), [&seen] { seen.push_back(0); });
    sync.WhenDurable([&seen] { seen.push_back(1); });
  }
  EXPECT_THAT(seen, ElementsAre(0, 1));
}

TEST_F(SqliteWalSyncTest, ChecksAlsoWhileNothingIsCommitted) {  // FT66
  absl::Notification checked_twice;
  SqliteWalSync sync(path(), [&, checks = 0]() mutable {
    if (++checks == 2) checked_twice.Notify();
  });
  EXPECT_TRUE(checked_twice.WaitForNotificationWithTimeout(absl::Minutes(1)));
}

}  // namespace
}  // namespace autopulse::callevents::persistence
