#include "services/core/event_lanes.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace autopulse::callevents::core {

EventLanes::EventLanes(EventRecorder& recorder, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) lanes_.push_back(std::make_unique<EventLane>(recorder));
}

EventLane& EventLanes::LaneOf(const ReportedEvent& event) {
  const std::size_t hash = event.call_id ? std::hash<std::int64_t>()(*event.call_id)
                                         : std::hash<std::string>()(event.event.provider_call_id);
  return *lanes_[hash % lanes_.size()];
}

EventLane& EventLanes::LeastBusy() {
  const auto least = std::min_element(
      lanes_.begin(), lanes_.end(),
      [](const auto& one, const auto& other) { return one->events() < other->events(); });
  return **least;
}

void EventLanes::Submit(ReportedEvent event, Done done) {
  EventLane& lane = LaneOf(event);
  std::vector<ReportedEvent> events;
  events.push_back(std::move(event));
  lane.Submit(std::move(events), [done = std::move(done)](EventLane::Receipts receipts) {
    done(std::move(receipts.front()));
  });
}

void EventLanes::SubmitAll(std::vector<ReportedEvent> events, AllDone done) {
  if (events.empty()) {
    done({});
    return;
  }
  LeastBusy().Submit(std::move(events), std::move(done));
}

}  // namespace autopulse::callevents::core
