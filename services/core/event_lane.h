#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "services/core/event_recorder.h"

namespace autopulse::callevents::core {

// Records events one transaction after the other, on a thread of its own.
//
// Group commit: what comes in while a transaction commits shares the next one; an idle lane commits
// at once. Events are recorded in the order in which they came in. Thread-safe. The destructor
// records what is still waiting.
class EventLane {
 public:
  struct Limits {
    std::size_t group = 1024;     // events in one transaction, at most, or those of one `Submit`
    std::size_t waiting = 16384;  // events that wait for one, at most
  };
  using Receipts = std::vector<absl::StatusOr<Receipt>>;
  using Done = std::function<void(Receipts)>;

  explicit EventLane(EventRecorder& recorder) : EventLane(recorder, Limits()) {}
  EventLane(EventRecorder& recorder, Limits limits);
  ~EventLane();
  EventLane(const EventLane&) = delete;
  EventLane& operator=(const EventLane&) = delete;

  // Records `events`, at least one, in one transaction, and calls `done` with a result for each, on
  // the lane's thread, after the commit; at once with RESOURCE_EXHAUSTED for each if too many are
  // waiting. `done` must be quick and must not throw.
  void Submit(std::vector<ReportedEvent> events, Done done);

 private:
  struct Item {
    std::vector<ReportedEvent> events;
    Done done;
  };

  void Run();
  // Waits for events and takes a group of them; empty when the lane is to stop.
  std::vector<Item> TakeGroup();

  EventRecorder& recorder_;
  const Limits limits_;
  absl::Mutex mutex_;
  std::deque<Item> waiting_ ABSL_GUARDED_BY(mutex_);
  std::size_t waiting_events_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace autopulse::callevents::core
