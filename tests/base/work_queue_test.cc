#include "services/base/work_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <vector>

#include "absl/synchronization/barrier.h"
#include "absl/synchronization/notification.h"

namespace autopulse::callevents::base {
namespace {

TEST(WorkQueueTest, OneThreadRunsWorkInItsOrder) {
  std::vector<int> ran;
  {
    WorkQueue queue("worker", 1);
    for (int i = 0; i < 100; ++i) queue.Add([&ran, i] { ran.push_back(i); });
  }
  ASSERT_EQ(ran.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ran[static_cast<std::size_t>(i)], i);
}

TEST(WorkQueueTest, AsManyRunAtOnceAsThereAreThreads) {
  WorkQueue queue("worker", 3);
  auto* const barrier = new absl::Barrier(4);  // the last to leave deletes it
  for (int i = 0; i < 3; ++i) {
    queue.Add([barrier] {
      if (barrier->Block()) delete barrier;
    });
  }
  if (barrier->Block()) delete barrier;
}

TEST(WorkQueueTest, TheDestructorRunsWhatStillWaits) {
  std::atomic<int> ran = 0;
  absl::Notification opened;
  auto queue = std::make_unique<WorkQueue>("worker", 1);
  queue->Add([&] { opened.WaitForNotification(); });
  for (int i = 0; i < 10; ++i) queue->Add([&] { ++ran; });
  EXPECT_EQ(ran, 0);
  opened.Notify();
  queue.reset();
  EXPECT_EQ(ran, 10);
}

TEST(WorkQueueTest, WorkMayAddWork) {
  absl::Notification done;
  WorkQueue queue("worker", 1);
  queue.Add([&] { queue.Add([&] { done.Notify(); }); });
  done.WaitForNotification();
}

}  // namespace
}  // namespace autopulse::callevents::base
