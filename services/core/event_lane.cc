#include "services/core/event_lane.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace autopulse::callevents::core {

EventLane::EventLane(EventRecorder& recorder, Limits limits)
    : recorder_(recorder), limits_(limits), thread_([this] { Run(); }) {}

EventLane::~EventLane() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void EventLane::Submit(ReportedEvent event, Done done) {
  {
    const absl::MutexLock lock(&mutex_);
    if (waiting_.size() < limits_.waiting) {
      waiting_.push_back({std::move(event), std::move(done)});
      return;
    }
  }
  done(absl::ResourceExhaustedError("too many events are waiting to be recorded; try again later"));
}

std::vector<EventLane::Item> EventLane::TakeGroup() {
  const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !waiting_.empty();
  };
  const absl::MutexLock lock(&mutex_, absl::Condition(&ready));
  const auto end =
      waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(limits_.group, waiting_.size()));
  std::vector<Item> group(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return group;
}

void EventLane::Run() {
  while (true) {
    std::vector<Item> group = TakeGroup();
    if (group.empty()) return;
    std::vector<ReportedEvent> events;
    events.reserve(group.size());
    for (Item& item : group) events.push_back(std::move(item.event));
    std::vector<absl::StatusOr<Receipt>> receipts = recorder_.Record(std::move(events));
    for (std::size_t i = 0; i < group.size(); ++i) group[i].done(std::move(receipts[i]));
  }
}

}  // namespace autopulse::callevents::core
