#pragma once

#include "absl/status/status.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"

// Whether a request can succeed at all. INVALID_ARGUMENT names the field, what is wrong with it and
// what is wanted. Limits: services/base/limits.h.
namespace autopulse::callevents::rpc {

absl::Status Validate(const v1::CreateServiceRecordRequest& request);
absl::Status Validate(const v1::CreateCallRequest& request);
absl::Status Validate(const v1::ReportCallEventRequest& request);
absl::Status Validate(
    const v1::BatchReportCallEventsRequest& request);  // only its size and that of its reports

}  // namespace autopulse::callevents::rpc
