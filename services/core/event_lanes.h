#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "services/core/event_lane.h"

namespace autopulse::callevents::core {

// Lanes side by side: the events of one call go to one lane, so that they keep their order and
// never wait for each other's locks. Thread-safe.
class EventLanes {
 public:
  using Done = std::function<void(absl::StatusOr<Receipt>)>;
  using AllDone = EventLane::Done;

  // As many as transactions may commit at once: one, if the database takes one writer at a time.
  EventLanes(EventRecorder& recorder, std::size_t count);

  // Records one event; `done` is called as EventLane has it.
  void Submit(ReportedEvent event, Done done);

  // Records events that came together. `done` gets a result for each, at its index, once the last
  // of them is recorded; they may share no transaction.
  void SubmitAll(std::vector<ReportedEvent> events, AllDone done);

 private:
  std::size_t LaneOf(const ReportedEvent& event) const;

  std::vector<std::unique_ptr<EventLane>> lanes_;
};

}  // namespace autopulse::callevents::core
