#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/core/event_recorder.h"

namespace autopulse::callevents::core {

// Records events one transaction after the other, on a thread of its own.
//
// Group commit: what comes in while a transaction is made shares the next one; an idle lane begins
// at once. It waits for no disk, unless too many transactions do. Events are recorded in the order
// in which they came in. Thread-safe. The destructor records what is still waiting.
class EventLane {
 public:
  struct Limits {
    std::size_t group = 1024;     // events in one transaction, at most, or those of one `Submit`
    std::size_t waiting = 16384;  // events that wait for one, at most
    std::size_t ahead = 16;       // transactions that wait to be durable while the next one is made
  };
  using Receipts = EventRecorder::Receipts;
  using Done = EventRecorder::Done;

  explicit EventLane(EventRecorder& recorder) : EventLane(recorder, Limits()) {}
  EventLane(EventRecorder& recorder, Limits limits);
  ~EventLane();
  EventLane(const EventLane&) = delete;
  EventLane& operator=(const EventLane&) = delete;

  // Records `events`, at least one, in one transaction, and calls `done` with a result for each, on
  // the lane's thread or one of the store's, once they are durable; at once with RESOURCE_EXHAUSTED
  // for each if too many are waiting. `done` must be quick and must not throw.
  void Submit(std::vector<ReportedEvent> events, Done done);

  // How many events there are that it was given and has not told of.
  std::size_t events() const { return events_; }

 private:
  struct Item {
    std::vector<ReportedEvent> events;
    Done done;
  };

  void Run();
  void Record(std::vector<Item> group);
  // Waits for events and takes a group of them; empty when the lane is to stop and all is told.
  std::vector<Item> TakeGroup();

  EventRecorder& recorder_;
  const Limits limits_;
  std::atomic<std::size_t> events_ = 0;
  absl::Mutex mutex_;
  std::deque<Item> waiting_ ABSL_GUARDED_BY(mutex_);
  std::size_t waiting_events_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t ahead_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace autopulse::callevents::core
