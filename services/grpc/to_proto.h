#pragma once

#include <cstddef>
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

// Domain values as messages of the API. What is absent in one is absent in the other. The message
// that is written to must be empty; it may live on an arena.
namespace autopulse::callevents::rpc {

// How much a message tells, in bytes, where it may tell less: beside it there is room for what it
// must tell, within the 4 MiB that a client of gRPC takes unless it is told otherwise.
inline constexpr std::size_t kMaxToldBytes = std::size_t{3} << 20;

void ToProto(absl::Time time, google::protobuf::Timestamp& proto);
void ToProto(const domain::Call& call, v1::Call& proto);
void ToProto(const domain::ServiceRecord& record, v1::ServiceRecord& proto);
void ToProto(const domain::RecordedEvent& recorded, v1::CallEvent& proto);
void ToProto(const domain::TranscriptEntry& entry, v1::TranscriptEntry& proto);
void ToProto(const domain::Attempt& attempt, const std::vector<domain::TranscriptEntry>& transcript,
             v1::CallAttempt& proto);

// As far as `view` goes; like REPORT_VIEW_BASIC where that would be more than `max_bytes`.
void ToProto(const core::Receipt& receipt, v1::ReportView view, std::size_t max_bytes,
             v1::ReportCallEventResponse& proto);

}  // namespace autopulse::callevents::rpc
