#pragma once

#include <vector>

#include "absl/time/time.h"
#include "autopulse/callevents/v1/call.pb.h"
#include "autopulse/callevents/v1/call_attempt.pb.h"
#include "autopulse/callevents/v1/call_event.pb.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "autopulse/callevents/v1/service_record.pb.h"
#include "autopulse/callevents/v1/transcript_entry.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/core/event_recorder.h"
#include "services/domain/call.h"
#include "services/domain/call_event.h"
#include "services/domain/fold.h"
#include "services/domain/service_record.h"

// Domain values as messages of the API. What is absent in one is absent in the other.
namespace autopulse::callevents::rpc {

google::protobuf::Timestamp ToProto(absl::Time time);
v1::Call ToProto(const domain::Call& call);
v1::ServiceRecord ToProto(const domain::ServiceRecord& record);
v1::CallEvent ToProto(const domain::RecordedEvent& recorded);
v1::CallAttempt ToProto(const domain::Attempt& attempt,
                        const std::vector<domain::TranscriptEntry>& transcript);
v1::TranscriptEntry ToProto(const domain::TranscriptEntry& entry);
v1::ReportCallEventResponse ToProto(const core::Receipt& receipt);

}  // namespace autopulse::callevents::rpc
