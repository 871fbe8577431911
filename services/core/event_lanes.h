#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "services/core/event_lane.h"

namespace autopulse::callevents::core {

// Lanes side by side. Events of one call that come one by one go to one lane, so that they keep
// their order and never wait for each other's locks; events that come together share a transaction,
// whose cost is that of its statements rather than of its events. Thread-safe.
class EventLanes {
 public:
  using Done = std::function<void(absl::StatusOr<Receipt>)>;
  using AllDone = EventLane::Done;

  // As many as transactions may commit at once: one, if the database takes one writer at a time.
  EventLanes(EventRecorder& recorder, std::size_t count);

  // Records one event; `done` is called as EventLane has it.
  void Submit(ReportedEvent event, Done done);

  // Records events that came together, in one transaction, in their order; `done` is called as
  // EventLane has it.
  void SubmitAll(std::vector<ReportedEvent> events, AllDone done);

 private:
  EventLane& LaneOf(const ReportedEvent& event);
  EventLane& LeastBusy();

  std::vector<std::unique_ptr<EventLane>> lanes_;
};

}  // namespace autopulse::callevents::core
