#include "adapter/dead_letters/dead_letter_replay.h"

#include <utility>

#include "absl/time/clock.h"
#include "adapter/delivery/report_results.h"
#include "adapter/delivery/undelivered.h"
#include "adapter/event_request.h"
#include "adapter/vapi/translate.h"
#include "adapter/warnings.h"
#include "services/base/counters.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::DeadLetter;
using persistence::spool::DeadLetters;

// The event of a dead letter; null if its body, as we read it today, is no event.
absl::StatusOr<EventRequest> RequestOf(const DeadLetter& letter, bool register_unknown_calls) {
  if (letter.form == persistence::spool::kPendingForm) {
    EventRequest request = MakeEventRequest();
    if (request->ParseFromString(letter.payload)) return request;
    return absl::DataLossError("the event is damaged");
  }
  base::Counters counters;
  Warnings warnings(counters);
  ASSIGN_OR_RETURN(vapi::Translation translation,
                   vapi::Translate(letter.payload,
                                   {.receive_time = letter.receive_time,
                                    .register_unknown_calls = register_unknown_calls},
                                   warnings));
  return std::move(translation.request);
}

}  // namespace

absl::StatusOr<std::string> SendDeadLetter(const DeadLetter& letter, const ReplayTarget& target) {
  ASSIGN_OR_RETURN(const auto request, RequestOf(letter, target.register_unknown_calls));
  if (request == nullptr) return "ignored";
  ASSIGN_OR_RETURN(const v1::ReportCallEventResponse response, target.client.Report(*request));
  return std::string(OutcomeName(response));
}

absl::StatusOr<std::string> ReplayDeadLetter(const DeadLetter& letter, const ReplayTarget& target,
                                             DeadLetters& letters) {
  absl::StatusOr<std::string> outcome = SendDeadLetter(letter, target);
  if (outcome.ok()) {
    RETURN_IF_ERROR(letters.Remove(letter.id));
    return outcome;
  }
  persistence::spool::Failures failures = letter.failures;
  ++failures.attempts;
  NoteFailure(outcome.status(), absl::Now(), failures);
  RETURN_IF_ERROR(letters.RecordFailure(letter.id, failures));
  return outcome;
}

}  // namespace autopulse::callevents::adapter
