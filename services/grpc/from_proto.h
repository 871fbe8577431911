#pragma once

#include "absl/time/time.h"
#include "autopulse/callevents/v1/call.pb.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "autopulse/callevents/v1/service_record.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/core/event_recorder.h"
#include "services/domain/call.h"
#include "services/domain/service_record.h"

// Messages of the API as domain values. Requests are to be validated first (validation.h), for
// nothing is refused here: a cost that is none is left out, a name that is none is that of nothing
// (id 0), and any other value is taken as it is. Thread-safe.
namespace autopulse::callevents::rpc {

// Whole microseconds; the rest is dropped.
absl::Time FromProto(const google::protobuf::Timestamp& timestamp);

// To the nanosecond.
absl::Duration FromProto(const google::protobuf::Duration& duration);

// A call to be registered: `service_record`, `customer_number`, `direction`, `provider_call_id`.
domain::Call FromProto(const v1::Call& call);
domain::ServiceRecord FromProto(const v1::ServiceRecord& record);

// An event as it was reported, received at `now` where it does not say when. Leaves out transcript
// entries of role `system` [T1]; dates those without a time by the event [T4].
core::ReportedEvent FromProto(const v1::ReportCallEventRequest& request, absl::Time now);

}  // namespace autopulse::callevents::rpc
