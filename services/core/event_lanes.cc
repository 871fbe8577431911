#include "services/core/event_lanes.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

namespace autopulse::callevents::core {
namespace {

// What is known of events that are on several lanes.
struct Collected {
  EventLane::Receipts receipts;
  std::atomic<std::size_t> lanes_left;
  EventLanes::AllDone done;
};

}  // namespace

EventLanes::EventLanes(EventRecorder& recorder, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) lanes_.push_back(std::make_unique<EventLane>(recorder));
}

std::size_t EventLanes::LaneOf(const ReportedEvent& event) const {
  const std::size_t hash = event.call_id ? std::hash<std::int64_t>()(*event.call_id)
                                         : std::hash<std::string>()(event.event.provider_call_id);
  return hash % lanes_.size();
}

void EventLanes::Submit(ReportedEvent event, Done done) {
  EventLane& lane = *lanes_[LaneOf(event)];
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
  if (lanes_.size() == 1) {
    lanes_.front()->Submit(std::move(events), std::move(done));
    return;
  }
  std::vector<std::vector<std::size_t>> indices(lanes_.size());
  for (std::size_t i = 0; i < events.size(); ++i) indices[LaneOf(events[i])].push_back(i);
  std::erase_if(indices, [](const auto& of_lane) { return of_lane.empty(); });

  const auto collected = std::make_shared<Collected>();
  collected->receipts.resize(events.size());
  collected->lanes_left = indices.size();
  collected->done = std::move(done);
  for (std::vector<std::size_t>& of_lane : indices) {
    std::vector<ReportedEvent> part;
    part.reserve(of_lane.size());
    EventLane& lane = *lanes_[LaneOf(events[of_lane.front()])];
    for (const std::size_t i : of_lane) part.push_back(std::move(events[i]));
    lane.Submit(std::move(part),
                [collected, of_lane = std::move(of_lane)](EventLane::Receipts receipts) {
                  for (std::size_t k = 0; k < of_lane.size(); ++k) {
                    collected->receipts[of_lane[k]] = std::move(receipts[k]);
                  }
                  if (collected->lanes_left.fetch_sub(1) == 1) {
                    collected->done(std::move(collected->receipts));
                  }
                });
  }
}

}  // namespace autopulse::callevents::core
