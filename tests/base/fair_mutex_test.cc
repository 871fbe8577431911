#include "services/base/fair_mutex.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "tests/wait_until.h"

namespace autopulse::callevents::base {
namespace {

// A thread that takes `mutex`, notes its `number` in `taken` and gives it back.
class Taker {
 public:
  Taker(FairMutex& mutex, std::vector<int>& taken, int number)
      : thread_([this, &mutex, &taken, number] {
          id_ = gettid();
          started_.Notify();
          const std::lock_guard lock(mutex);
          taken.push_back(number);
        }) {
    started_.WaitForNotification();
  }
  ~Taker() { thread_.join(); }
  Taker(const Taker&) = delete;
  Taker& operator=(const Taker&) = delete;

  // Returns when the thread sleeps, which it does only where it waits for the mutex.
  void AwaitWaiting() const {
    WaitUntil(
        [this] {
          std::ifstream stat(absl::StrCat("/proc/self/task/", id_, "/stat"));
          std::string skipped;
          std::string state;
          stat >> skipped >> skipped >> state;
          return state == "S";
        },
        "the thread waits");
  }

 private:
  pid_t id_ = 0;
  absl::Notification started_;
  std::thread thread_;
};

TEST(FairMutexTest, WhoWaitsHasItBeforeWhoHasJustHadIt) {
  FairMutex mutex;
  for (int i = 0; i < 100; ++i) {
    std::vector<int> taken;
    std::unique_lock lock(mutex);
    const Taker other(mutex, taken, 1);
    other.AwaitWaiting();
    lock.unlock();
    lock.lock();
    EXPECT_EQ(taken, std::vector<int>{1});
    lock.unlock();
  }
}

TEST(FairMutexTest, WhoHasWaitedLongestHasItFirst) {
  FairMutex mutex;
  std::vector<int> taken;
  {
    std::unique_lock lock(mutex);
    const Taker first(mutex, taken, 1);
    first.AwaitWaiting();
    const Taker second(mutex, taken, 2);
    second.AwaitWaiting();
    lock.unlock();
  }
  EXPECT_EQ(taken, (std::vector<int>{1, 2}));
}

TEST(FairMutexTest, IsTakenWithoutWaitingOnlyWhileNobodyHasIt) {
  FairMutex mutex;
  ASSERT_TRUE(mutex.try_lock());
  EXPECT_FALSE(mutex.try_lock());
  mutex.unlock();
  ASSERT_TRUE(mutex.try_lock());
  mutex.unlock();
}

}  // namespace
}  // namespace autopulse::callevents::base
