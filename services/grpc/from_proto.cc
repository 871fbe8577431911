#include "services/grpc/from_proto.h"

#include <cstdint>
#include <optional>

#include "services/base/log.h"
#include "services/grpc/enum_mapping.h"
#include "services/grpc/resource_name.h"

namespace autopulse::callevents::rpc {
namespace {

constexpr std::int64_t kNoId = 0;  // of what was never stored

domain::StatusUpdate UpdateFromProto(const v1::StatusUpdate& update) {
  return {.call_status = CastEnum<domain::CallStatus>(update.status()),
          .provider_status = update.provider_status(),
          .forwarding = update.forwarding(),
          .ended_reason = update.ended_reason(),
          .ended_reason_group = CastEnum<domain::EndedReasonGroup>(update.ended_reason_group())};
}

domain::TranscriptEntry EntryFromProto(const v1::TranscriptEntry& entry, absl::Time event_time) {
  std::optional<absl::Time> start_time;
  if (entry.has_start_time()) start_time = FromProto(entry.start_time());
  domain::TranscriptEntry result{.role = entry.role(),
                                 .content = entry.content(),
                                 .start_time = domain::EntryTime(start_time, event_time),  // T4
                                 .end_time = std::nullopt,
                                 .seconds_from_start = std::nullopt,
                                 .duration_ms = std::nullopt};
  if (entry.has_end_time()) result.end_time = FromProto(entry.end_time());
  if (entry.has_start_offset()) {
    result.seconds_from_start = absl::ToDoubleSeconds(FromProto(entry.start_offset()));
  }
  if (entry.has_duration()) {
    result.duration_ms = absl::ToInt64Milliseconds(FromProto(entry.duration()));
  }
  return result;
}

domain::EndOfCallReport ReportFromProto(const v1::EndOfCallReport& report, absl::Time event_time) {
  domain::EndOfCallReport result;
  if (report.has_start_time()) result.start_time = FromProto(report.start_time());
  if (report.has_end_time()) result.end_time = FromProto(report.end_time());
  if (const absl::Duration duration = FromProto(report.duration());
      duration != absl::ZeroDuration()) {
    result.duration_sec = absl::ToInt64Seconds(duration);  // R4
  }
  if (report.has_reported_duration()) {
    result.duration_ms = absl::ToInt64Milliseconds(FromProto(report.reported_duration()));
  }
  result.ended_reason = report.ended_reason();
  result.ended_reason_group = CastEnum<domain::EndedReasonGroup>(report.ended_reason_group());
  if (!report.cost_usd().empty()) {
    const auto cost = domain::ParseDecimal(report.cost_usd());
    if (cost.ok()) result.cost = *cost;
  }
  result.recording_url = report.recording_url();
  if (report.has_recording_expire_time()) {
    result.recording_expire_time = FromProto(report.recording_expire_time());
  }
  result.analysis_summary = report.analysis().summary();
  result.analysis_success_evaluation = report.analysis().success_evaluation();
  result.analysis_structured_data = report.analysis().structured_data_json();
  for (const v1::TranscriptEntry& entry : report.transcript_entries()) {
    if (!domain::IsTranscribed(entry.role())) continue;  // T1
    result.transcript.push_back(EntryFromProto(entry, event_time));
  }
  result.has_transcript = !result.transcript.empty();
  return result;
}

domain::EventDetail DetailFromProto(const v1::CallEvent& event, absl::Time event_time) {
  switch (event.detail_case()) {
    case v1::CallEvent::kStatusUpdate:
      return UpdateFromProto(event.status_update());
    case v1::CallEvent::kHangup:
      return domain::Hangup{.reason = CastEnum<domain::HangupReason>(event.hangup().reason()),
                            .provider_reason = event.hangup().provider_reason()};
    case v1::CallEvent::kEndOfCallReport:
      return ReportFromProto(event.end_of_call_report(), event_time);
    case v1::CallEvent::kNotice:
    case v1::CallEvent::DETAIL_NOT_SET:
      break;
  }
  return domain::Notice{.kind = event.notice().kind()};
}

}  // namespace

absl::Time FromProto(const google::protobuf::Timestamp& timestamp) {
  return domain::ToMicroseconds(absl::FromUnixSeconds(timestamp.seconds()) +
                                absl::Nanoseconds(timestamp.nanos()));
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

domain::Call FromProto(const v1::Call& call) {
  domain::Call result;
  if (!call.service_record().empty()) {
    result.service_record_id =
        ParseServiceRecordName("service_record", call.service_record()).value_or(kNoId);
  }
  result.customer_number = call.customer_number();
  result.direction = call.direction();
  if (!call.provider_call_id().empty()) result.state.provider_call_id = call.provider_call_id();
  return result;
}

domain::ServiceRecord FromProto(const v1::ServiceRecord& record) {
  domain::ServiceRecord result;
  result.customer_name = record.customer_name();
  result.customer_phone = record.customer_phone();
  result.vehicle_info = record.vehicle_info();
  result.service_type = record.service_type();
  if (record.has_appointment_time()) result.appointment_time = FromProto(record.appointment_time());
  return result;
}

core::ReportedEvent FromProto(const v1::ReportCallEventRequest& request, absl::Time now) {
  const v1::CallEvent& event = request.event();
  core::ReportedEvent reported;
  reported.call_id = ParseCallNameOrWildcard("parent", request.parent()).value_or(kNoId);
  reported.event.event_id = request.event_id();
  reported.event.receive_time =
      event.has_receive_time() ? FromProto(event.receive_time()) : domain::ToMicroseconds(now);
  std::optional<absl::Time> time;
  if (event.has_event_time()) time = FromProto(event.event_time());
  reported.event.time = domain::EventTime(time, reported.event.receive_time);
  if (time && reported.event.time != *time) {  // O6
    base::LogWarning("event dated by its receipt: its own time is too far ahead",
                     {{"call", request.parent()}, {"event_id", request.event_id()}});
  }
  reported.event.provider = event.provider();
  reported.event.provider_call_id = event.provider_call_id();
  if (event.has_provider_call_create_time()) {
    reported.event.provider_call_create_time = FromProto(event.provider_call_create_time());
  }
  reported.event.detail = DetailFromProto(event, reported.event.time);
  if (request.has_call_if_unknown())
    reported.call_if_unknown = FromProto(request.call_if_unknown());
  return reported;
}

}  // namespace autopulse::callevents::rpc
