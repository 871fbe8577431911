#include "services/core/event_lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
                          [this](auto entries) { feed_.Publish(std::move(entries)); },
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
