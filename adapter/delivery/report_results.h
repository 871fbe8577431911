#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"

// What the service's answers say.
namespace autopulse::callevents::adapter {

// What the results of a batch say, which are moved out of it.
std::vector<absl::StatusOr<v1::ReportCallEventResponse>> ResultsOf(
    v1::BatchReportCallEventsResponse& response);

// Whether the service wrote an event down, which shows that it can. A refusal does not, nor does a
// repeat: it gives them also while its database takes nothing.
bool DidRecord(const absl::StatusOr<v1::ReportCallEventResponse>& result);

// What the service made of an event, in a word: `applied`, `late`, `stale`, `duplicate`.
absl::string_view OutcomeName(const v1::ReportCallEventResponse& response);

}  // namespace autopulse::callevents::adapter
