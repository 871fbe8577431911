#include "tests/bench/event_batches.h"

#include "absl/strings/str_cat.h"
#include "adapter/vapi/translate.h"
#include "adapter/warnings.h"
#include "services/base/counters.h"
#include "tests/bench/fail.h"

namespace autopulse::callevents::bench {

v1::ReportCallEventRequest TranslateStep(const Mix& mix, std::size_t step) {
  base::Counters counters;
  adapter::Warnings warnings(counters);
  adapter::vapi::TranslateOptions options;
  options.receive_time = absl::Now();
  const auto translation = adapter::vapi::Translate(mix.bodies[step], options, warnings);
  if (!translation.ok() || translation->request == nullptr) {
    Fail(absl::StrCat(mix.names[step], " is nothing to report: ", translation.status().ToString()));
  }
  return *translation->request;
}

EventBatches::EventBatches(const Mix& mix, std::uint64_t first_call, std::size_t slots)
    : first_call_(first_call), rounds_(slots) {
  for (std::size_t step = 0; step < mix.steps(); ++step) {
    steps_.push_back(TranslateStep(mix, step));
  }
}

std::uint64_t EventBatches::CallOf(std::size_t slot, std::size_t round, std::size_t event) const {
  const std::size_t life = (round + event) / steps_.size();
  return first_call_ + (life * rounds_.size() + slot) * kEvents + event;
}

void EventBatches::Fill(std::size_t slot, v1::BatchReportCallEventsRequest& request) {
  const std::size_t round = rounds_[slot]++;
  request.clear_requests();
  for (std::size_t event = 0; event < kEvents; ++event) {
    v1::ReportCallEventRequest& one = *request.add_requests();
    one = steps_[StepOf(round, event)];
    const std::uint64_t call = CallOf(slot, round, event);
    one.set_parent(absl::StrCat("calls/", call));
    one.mutable_event()->set_provider_call_id(absl::StrCat("bench-", call));
  }
}

void EventBatches::Acknowledge(std::size_t slot, const v1::BatchReportCallEventsResponse& response,
                               Acknowledged& acknowledged) const {
  const std::size_t round = rounds_[slot] - 1;
  if (response.results_size() != static_cast<int>(kEvents)) Fail("a batch lacks results");
  for (std::size_t event = 0; event < kEvents; ++event) {
    const v1::BatchReportCallEventsResult& result = response.results(static_cast<int>(event));
    if (!result.has_response()) Fail(absl::StrCat("an event failed: ", result.error().message()));
    acknowledged.Add(CallOf(slot, round, event), StepOf(round, event));
  }
}

}  // namespace autopulse::callevents::bench
