#pragma once

#include "absl/status/status.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "services/core/call_store.h"
#include "services/domain/outcome.h"

// What the reading RPCs answer, but for GetCall; errors are those of the RPC. A list asks `calls`
// again as long as its page has room. Where each question may see a state of its own
// (core::CallStore::ReadOne), what changes meanwhile is to a long page what it is to the next page.
namespace autopulse::callevents::rpc {

absl::Status Answer(core::CallReader& calls, const v1::GetServiceRecordRequest& request,
                    v1::GetServiceRecordResponse& response);
absl::Status Answer(core::CallReader& calls, const v1::ListServiceRecordsRequest& request,
                    v1::ListServiceRecordsResponse& response);
absl::Status Answer(core::CallReader& calls, const v1::ListCallsRequest& request,
                    v1::ListCallsResponse& response);
absl::Status Answer(core::CallReader& calls, const v1::GetCallEventRequest& request,
                    v1::GetCallEventResponse& response);
absl::Status Answer(core::CallReader& calls, const v1::ListCallEventsRequest& request,
                    v1::ListCallEventsResponse& response);
absl::Status Answer(core::CallReader& calls, const v1::ListTranscriptEntriesRequest& request,
                    v1::ListTranscriptEntriesResponse& response);
absl::Status Answer(core::CallReader& calls, const v1::ListCallAttemptsRequest& request,
                    const domain::RuleOptions& rules, v1::ListCallAttemptsResponse& response);

}  // namespace autopulse::callevents::rpc
