#include "adapter/delivery/report_results.h"

#include <cstddef>
#include <utility>

#include "absl/status/status.h"

namespace autopulse::callevents::adapter {
namespace {

absl::StatusOr<v1::ReportCallEventResponse> ResultOf(v1::BatchReportCallEventsResult& result) {
  if (result.has_response()) return std::move(*result.mutable_response());
  return absl::Status(static_cast<absl::StatusCode>(result.error().code()),
                      result.error().message());
}

}  // namespace

std::vector<absl::StatusOr<v1::ReportCallEventResponse>> ResultsOf(
    v1::BatchReportCallEventsResponse& response) {
  std::vector<absl::StatusOr<v1::ReportCallEventResponse>> results;
  results.reserve(static_cast<std::size_t>(response.results_size()));
  for (v1::BatchReportCallEventsResult& result : *response.mutable_results()) {
    results.push_back(ResultOf(result));
  }
  return results;
}

bool DidRecord(const absl::StatusOr<v1::ReportCallEventResponse>& result) {
  return result.ok() && !result->duplicate();  // O1
}

absl::string_view OutcomeName(const v1::ReportCallEventResponse& response) {
  if (response.duplicate()) return "duplicate";
  switch (response.event().outcome()) {
    case v1::CALL_EVENT_OUTCOME_STALE:
      return "stale";
    case v1::CALL_EVENT_OUTCOME_LATE:
      return "late";
    default:
      return "applied";
  }
}

}  // namespace autopulse::callevents::adapter
