#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "tests/bench/mix.h"

namespace autopulse::callevents::bench {

// What the adapter reports for a step of a mix; its call is `kCallNumber`. Ends the program if the
// adapter reports nothing.
v1::ReportCallEventRequest TranslateStep(const Mix& mix, std::size_t step);

// Batches of events, each of another call, in which all steps of the mix occur. `slots` batches may
// be under way at a time; a slot has calls of its own, so that a call's events stay in order.
class EventBatches {
 public:
  static constexpr std::size_t kEvents = 64;

  EventBatches(const Mix& mix, std::uint64_t first_call, std::size_t slots);

  // Makes the next batch of a slot.
  void Fill(std::size_t slot, v1::BatchReportCallEventsRequest& request);

  // Notes what the last batch of a slot has recorded. Ends the program if an event failed.
  void Acknowledge(std::size_t slot, const v1::BatchReportCallEventsResponse& response,
                   Acknowledged& acknowledged) const;

 private:
  std::size_t StepOf(std::size_t round, std::size_t event) const {
    return (round + event) % steps_.size();
  }
  std::uint64_t CallOf(std::size_t slot, std::size_t round, std::size_t event) const;

  const std::uint64_t first_call_;
  std::vector<v1::ReportCallEventRequest> steps_;
  std::vector<std::size_t> rounds_;  // of each slot, so far
};

}  // namespace autopulse::callevents::bench
