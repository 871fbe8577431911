#include "services/core/event_lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "tests/domain/events.h"
#include "tests/fakes/fake_call_store.h"

namespace autopulse::callevents::core {
namespace {

using domain::CallStatus;
using domain::Told;
using testing::ElementsAre;
using testing::IsEmpty;

// A store whose first transaction waits until it is let go, so that events pile up behind it.
class GatedStore : public fakes::FakeCallStore {
 public:
  absl::Status Write(const WriteWork& work) override {
    if (!entered_.HasBeenNotified()) {
      entered_.Notify();
      opened_.WaitForNotification();
    }
    return FakeCallStore::Write(work);
  }

  void AwaitFirstTransaction() { entered_.WaitForNotification(); }
  void Open() { opened_.Notify(); }

 private:
  absl::Notification entered_;
  absl::Notification opened_;
};

// A store on a disk that takes its time: what was committed is durable when it is let go.
class SlowDiskStore : public fakes::FakeCallStore {
 public:
  void WhenDurable(Durable done) override {
    const absl::MutexLock lock(&mutex_);
    waiting_.push_back(std::move(done));
  }

  // Waits until so many commits wait for the disk.
  void AwaitCommits(std::size_t count) {
    const auto there = [this, count]()
                           ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return waiting_.size() >= count; };
    const absl::MutexLock lock(&mutex_, absl::Condition(&there));
  }

  // Makes the oldest of them durable.
  void Sync() {
    Durable done;
    {
      const absl::MutexLock lock(&mutex_);
      done = std::move(waiting_.front());
      waiting_.pop_front();
    }
    std::move(done)();
  }

 private:
  absl::Mutex mutex_;
  std::deque<Durable> waiting_ ABSL_GUARDED_BY(mutex_);
};

class EventLaneTest : public testing::Test {
 protected:
  EventLaneTest() {
    store_.Change([](fakes::FakeTables& tables) { tables.calls[15].id = 15; });
  }

  static ReportedEvent EventNumbered(int number, std::int64_t call_id = 15) {
    ReportedEvent event;
    event.call_id = call_id;
    event.event = Told(absl::StrCat("e", number), number, CallStatus::kRinging);
    return event;
  }

  // Submits an event and notes what became of it.
  void Submit(EventLane& lane, int number, std::int64_t call_id = 15) {
    lane.Submit({EventNumbered(number, call_id)},
                [this](const EventLane::Receipts& receipts) { Note(receipts); });
  }

  void Note(const EventLane::Receipts& receipts) {
    const absl::MutexLock lock(&mutex_);
    for (const absl::StatusOr<Receipt>& receipt : receipts) {
      results_.push_back(receipt.ok() ? receipt->event.event.event_id
                                      : absl::StatusCodeToString(receipt.status().code()));
    }
  }

  void AwaitResults(std::size_t count) {
    const auto there = [this, count]()
                           ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return results_.size() >= count; };
    const absl::MutexLock lock(&mutex_, absl::Condition(&there));
  }

  std::vector<std::string> results() {
    const absl::MutexLock lock(&mutex_);
    return results_;
  }

  GatedStore store_;
  CallFeed feed_{0, 100};
  EventRecorder recorder_{store_,
                          [this](const auto& receipts) { PublishNew(receipts, feed_); },
                          {},
                          [] { return domain::At(0); }};
  absl::Mutex mutex_;
  std::vector<std::string> results_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(EventLaneTest, AnIdleLaneCommitsAtOnce) {
  store_.Open();
  EventLane lane(recorder_);
  Submit(lane, 1);
  AwaitResults(1);
  Submit(lane, 2);
  AwaitResults(2);
  EXPECT_EQ(store_.commits(), 2);
}

TEST_F(EventLaneTest, EventsThatWaitShareOneTransactionInTheirOrder) {
  EventLane lane(recorder_);
  Submit(lane, 1);
  store_.AwaitFirstTransaction();
  for (int number = 2; number <= 5; ++number) Submit(lane, number);
  store_.Open();
  AwaitResults(5);
  EXPECT_EQ(store_.commits(), 2);
  EXPECT_THAT(results(), ElementsAre("e1", "e2", "e3", "e4", "e5"));
}

TEST_F(EventLaneTest, AGroupIsNoLargerThanItsLimit) {
  EventLane lane(recorder_, {.group = 2, .waiting = 100});
  Submit(lane, 1);
  store_.AwaitFirstTransaction();
  for (int number = 2; number <= 6; ++number) Submit(lane, number);
  store_.Open();
  AwaitResults(6);
  EXPECT_EQ(store_.commits(), 1 + 3);
  EXPECT_THAT(results(), ElementsAre("e1", "e2", "e3", "e4", "e5", "e6"));
}

TEST_F(EventLaneTest, EventsThatCameTogetherShareATransactionEvenBeyondItsLimit) {
  store_.Open();
  EventLane lane(recorder_, {.group = 2, .waiting = 100});
  lane.Submit({EventNumbered(1), EventNumbered(2), EventNumbered(3, /*call_id=*/99)},
              [this](const EventLane::Receipts& receipts) { Note(receipts); });
  AwaitResults(3);
  EXPECT_EQ(store_.commits(), 1);
  EXPECT_THAT(results(), ElementsAre("e1", "e2", "NOT_FOUND"));
}

TEST_F(EventLaneTest, EachEventOfAGroupFailsAlone) {
  EventLane lane(recorder_);
  Submit(lane, 1);
  store_.AwaitFirstTransaction();
  Submit(lane, 2);
  Submit(lane, 3, /*call_id=*/99);
  Submit(lane, 4);
  store_.Open();
  AwaitResults(4);
  EXPECT_THAT(results(), ElementsAre("e1", "e2", "NOT_FOUND", "e4"));
}

TEST_F(EventLaneTest, AGroupThatCannotBeCommittedFailsAsAWholeAndTheNextGoesOn) {
  EventLane lane(recorder_);
  Submit(lane, 1);
  store_.AwaitFirstTransaction();
  store_.FailNextCommit(absl::UnavailableError("disk full"));
  store_.Open();
  AwaitResults(1);
  Submit(lane, 2);
  AwaitResults(2);
  EXPECT_THAT(results(), ElementsAre("UNAVAILABLE", "e2"));
}

TEST_F(EventLaneTest, WhatIsTooMuchIsRefusedAtOnce) {
  EventLane lane(recorder_, {.group = 10, .waiting = 2});
  Submit(lane, 1);
  store_.AwaitFirstTransaction();
  Submit(lane, 2);
  Submit(lane, 3);
  Submit(lane, 4);
  EXPECT_THAT(results(), ElementsAre("RESOURCE_EXHAUSTED"));
  store_.Open();
  AwaitResults(4);
  EXPECT_THAT(results(), ElementsAre("RESOURCE_EXHAUSTED", "e1", "e2", "e3"));
}

TEST_F(EventLaneTest, TheDestructorRecordsWhatStillWaits) {
  auto lane = std::make_unique<EventLane>(recorder_, EventLane::Limits{.group = 1, .waiting = 100});
  Submit(*lane, 1);
  store_.AwaitFirstTransaction();
  for (int number = 2; number <= 4; ++number) Submit(*lane, number);
  store_.Open();
  lane.reset();
  EXPECT_THAT(results(), ElementsAre("e1", "e2", "e3", "e4"));
}

class EventLaneOnASlowDiskTest : public EventLaneTest {
 protected:
  EventLaneOnASlowDiskTest() {
    disk_.Change([](fakes::FakeTables& tables) { tables.calls[15].id = 15; });
  }

  SlowDiskStore disk_;
  EventRecorder on_disk_{disk_,
                         [this](const auto& receipts) { PublishNew(receipts, feed_); },
                         {},
                         [] { return domain::At(0); }};
};

TEST_F(EventLaneOnASlowDiskTest, TheNextTransactionDoesNotWaitForTheDisk) {
  EventLane lane(on_disk_);
  Submit(lane, 1);
  disk_.AwaitCommits(1);
  Submit(lane, 2);
  disk_.AwaitCommits(2);
  disk_.Sync();
  disk_.Sync();
  EXPECT_THAT(results(), ElementsAre("e1", "e2"));
}

TEST_F(EventLaneOnASlowDiskTest, NothingIsToldOrPublishedBeforeItIsDurable) {
  EventLane lane(on_disk_);
  Submit(lane, 1);
  disk_.AwaitCommits(1);
  EXPECT_THAT(results(), IsEmpty());
  EXPECT_EQ(feed_.last_sequence(), 0);
  disk_.Sync();
  EXPECT_THAT(results(), ElementsAre("e1"));
  EXPECT_EQ(feed_.last_sequence(), 1);
}

TEST_F(EventLaneOnASlowDiskTest, ARepeatIsNotToldBeforeWhatItRepeatsIsDurable) {  // O1
  EventLane lane(on_disk_);
  Submit(lane, 1);
  disk_.AwaitCommits(1);
  Submit(lane, 1);
  disk_.AwaitCommits(2);
  EXPECT_THAT(results(), IsEmpty());
  disk_.Sync();
  disk_.Sync();
  EXPECT_THAT(results(), ElementsAre("e1", "e1"));
}

TEST_F(EventLaneOnASlowDiskTest, ALaneStopsWhereTooManyTransactionsWaitForTheDisk) {
  EventLane lane(on_disk_, {.group = 1, .waiting = 1, .ahead = 2});
  Submit(lane, 1);
  disk_.AwaitCommits(1);
  Submit(lane, 2);
  disk_.AwaitCommits(2);
  Submit(lane, 3);
  Submit(lane, 4);
  EXPECT_THAT(results(), ElementsAre("RESOURCE_EXHAUSTED"));
  for (int i = 0; i < 3; ++i) {
    disk_.AwaitCommits(1);
    disk_.Sync();
  }
  EXPECT_THAT(results(), ElementsAre("RESOURCE_EXHAUSTED", "e1", "e2", "e3"));
}

TEST_F(EventLaneOnASlowDiskTest, TheDestructorWaitsUntilAllIsTold) {
  auto lane = std::make_unique<EventLane>(on_disk_);
  Submit(*lane, 1);
  disk_.AwaitCommits(1);
  std::thread disk([this] { disk_.Sync(); });
  lane.reset();
  EXPECT_THAT(results(), ElementsAre("e1"));
  disk.join();
}

TEST_F(EventLaneTest, ManyThreadsMaySubmit) {
  store_.Open();
  {
    EventLane lane(recorder_);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 25; ++i) Submit(lane, 100 * thread + i);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(results().size(), 100u);
  EXPECT_EQ(feed_.last_sequence(), 100);
}

}  // namespace
}  // namespace autopulse::callevents::core
