#include "services/core/event_lane.h"

#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "services/base/thread.h"

namespace autopulse::callevents::core {

EventLane::EventLane(EventRecorder& recorder, Limits limits)
    : recorder_(recorder),
      limits_(limits),
      thread_(base::StartThread("event-lane", [this] { Run(); })) {}

EventLane::~EventLane() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void EventLane::Submit(std::vector<ReportedEvent> events, Done done) {
  {
    const absl::MutexLock lock(&mutex_);
    if (waiting_events_ + events.size() <= limits_.waiting) {
      waiting_events_ += events.size();
      events_ += events.size();
      waiting_.push_back({std::move(events), std::move(done)});
      return;
    }
  }
  const absl::Status refused =
      absl::ResourceExhaustedError("too many events are waiting to be recorded; try again later");
  done(Receipts(events.size(), refused));
}

std::vector<EventLane::Item> EventLane::TakeGroup() {
  const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    if (waiting_.empty()) return stopping_ && ahead_ == 0;
    return ahead_ < limits_.ahead;
  };
  const absl::MutexLock lock(&mutex_, absl::Condition(&ready));
  std::vector<Item> group;
  std::size_t events = 0;
  while (!waiting_.empty()) {
    const std::size_t more = waiting_.front().events.size();
    if (!group.empty() && events + more > limits_.group) break;
    events += more;
    group.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_events_ -= events;
  if (!group.empty()) ++ahead_;
  return group;
}

void EventLane::Run() {
  for (std::vector<Item> group = TakeGroup(); !group.empty(); group = TakeGroup()) {
    Record(std::move(group));
  }
}

void EventLane::Record(std::vector<Item> group) {
  std::size_t total = 0;
  for (const Item& item : group) total += item.events.size();
  std::vector<ReportedEvent> events;
  events.reserve(total);
  std::vector<std::pair<std::size_t, Done>> parts;  // how many events, and who is told of them
  parts.reserve(group.size());
  for (Item& item : group) {
    parts.emplace_back(item.events.size(), std::move(item.done));
    std::move(item.events.begin(), item.events.end(), std::back_inserter(events));
  }
  recorder_.Record(std::move(events), [this, parts = std::move(parts)](Receipts receipts) {
    auto next = std::make_move_iterator(receipts.begin());
    events_ -= receipts.size();
    for (const auto& [size, done] : parts) {
      const auto end = next + static_cast<std::ptrdiff_t>(size);
      done(Receipts(next, end));
      next = end;
    }
    const absl::MutexLock lock(&mutex_);
    --ahead_;
  });
}

}  // namespace autopulse::callevents::core
