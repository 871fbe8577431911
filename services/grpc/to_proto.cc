#include "services/grpc/to_proto.h"

#include <cmath>
#include <variant>

#include "services/grpc/enum_mapping.h"
#include "services/grpc/resource_name.h"

namespace autopulse::callevents::rpc {
namespace {

v1::CallEventOutcome OutcomeToProto(domain::EventOutcome outcome) {
  switch (outcome) {
    case domain::EventOutcome::kApplied:
      return v1::CALL_EVENT_OUTCOME_APPLIED;
    case domain::EventOutcome::kStale:
      return v1::CALL_EVENT_OUTCOME_STALE;
    case domain::EventOutcome::kLate:
      return v1::CALL_EVENT_OUTCOME_LATE;
  }
  return v1::CALL_EVENT_OUTCOME_UNSPECIFIED;
}

void DurationToProto(absl::Duration duration, google::protobuf::Duration& proto) {
  proto.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  proto.set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(duration)));
}

// What a call and an attempt show alike.
template <typename Proto>
void SetState(const domain::CallState& state, Proto& proto) {
  proto.set_status(CastEnum<v1::CallStatus>(state.status()));
  proto.set_status_text(state.status_word);
  proto.set_outcome(CastEnum<v1::CallOutcome>(state.outcome));
  if (state.start_time) ToProto(*state.start_time, *proto.mutable_start_time());
  if (state.end_time) ToProto(*state.end_time, *proto.mutable_end_time());
  if (state.duration_sec)
    DurationToProto(absl::Seconds(*state.duration_sec), *proto.mutable_duration());
  if (state.duration_ms) {
    DurationToProto(absl::Milliseconds(*state.duration_ms), *proto.mutable_reported_duration());
  }
  proto.set_ended_reason(state.ended_reason.value_or(""));
  if (state.cost) proto.set_cost_usd(domain::ToString(*state.cost));
  proto.set_recording_url(state.recording_url.value_or(""));
  if (state.recording_expire_time) {
    ToProto(*state.recording_expire_time, *proto.mutable_recording_expire_time());
  }
  if (state.analysis_summary) proto.mutable_analysis()->set_summary(*state.analysis_summary);
  if (state.analysis_success_evaluation) {
    proto.mutable_analysis()->set_success_evaluation(*state.analysis_success_evaluation);
  }
  if (state.analysis_structured_data) {
    proto.mutable_analysis()->set_structured_data_json(*state.analysis_structured_data);
  }
}

void SetDetail(const domain::StatusUpdate& update, v1::CallEvent& proto) {
  v1::StatusUpdate& detail = *proto.mutable_status_update();
  detail.set_status(CastEnum<v1::CallStatus>(update.call_status));
  detail.set_provider_status(update.provider_status);
  detail.set_forwarding(update.forwarding);
  detail.set_ended_reason(update.ended_reason);
  detail.set_ended_reason_group(CastEnum<v1::EndedReasonGroup>(update.ended_reason_group));
}

void SetDetail(const domain::Hangup& hangup, v1::CallEvent& proto) {
  v1::Hangup& detail = *proto.mutable_hangup();
  detail.set_reason(CastEnum<v1::HangupReason>(hangup.reason));
  detail.set_provider_reason(hangup.provider_reason);
}

void SetDetail(const domain::Notice& notice, v1::CallEvent& proto) {
  proto.mutable_notice()->set_kind(notice.kind);
}

void SetDetail(const domain::EndOfCallReport& report, v1::CallEvent& proto) {
  v1::EndOfCallReport& detail = *proto.mutable_end_of_call_report();
  if (report.start_time) ToProto(*report.start_time, *detail.mutable_start_time());
  if (report.end_time) ToProto(*report.end_time, *detail.mutable_end_time());
  if (report.duration_sec) {
    DurationToProto(absl::Seconds(*report.duration_sec), *detail.mutable_duration());
  }
  if (report.duration_ms) {
    DurationToProto(absl::Milliseconds(*report.duration_ms), *detail.mutable_reported_duration());
  }
  detail.set_ended_reason(report.ended_reason);
  detail.set_ended_reason_group(CastEnum<v1::EndedReasonGroup>(report.ended_reason_group));
  if (report.cost) detail.set_cost_usd(domain::ToString(*report.cost));
  detail.set_recording_url(report.recording_url);
  if (report.recording_expire_time) {
    ToProto(*report.recording_expire_time, *detail.mutable_recording_expire_time());
  }
  if (!report.analysis_summary.empty()) {
    detail.mutable_analysis()->set_summary(report.analysis_summary);
  }
  if (!report.analysis_success_evaluation.empty()) {
    detail.mutable_analysis()->set_success_evaluation(report.analysis_success_evaluation);
  }
  if (!report.analysis_structured_data.empty()) {
    detail.mutable_analysis()->set_structured_data_json(report.analysis_structured_data);
  }
}

// What recording an event made of it.
void SetRecorded(const domain::RecordedEvent& recorded, v1::CallEvent& proto) {
  proto.set_name(CallEventName(recorded.call_id, recorded.event.event_id));
  proto.set_sequence(recorded.sequence);
  proto.set_outcome(OutcomeToProto(recorded.outcome));
  proto.set_call_status(
      CastEnum<v1::CallStatus>(domain::CallStatusFromWord(recorded.call_status_word)));
  proto.set_call_status_text(recorded.call_status_word);
}

}  // namespace

void ToProto(absl::Time time, google::protobuf::Timestamp& proto) {
  const std::int64_t seconds = absl::ToUnixSeconds(time);  // rounds down
  proto.set_seconds(seconds);
  proto.set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

void ToProto(const domain::Call& call, v1::Call& proto) {
  proto.set_name(CallName(call.id));
  if (call.service_record_id) proto.set_service_record(ServiceRecordName(*call.service_record_id));
  proto.set_customer_number(call.customer_number);
  proto.set_direction(call.direction);
  proto.set_provider_call_id(call.state.provider_call_id.value_or(""));
  if (call.create_time) ToProto(*call.create_time, *proto.mutable_create_time());
  if (call.update_time) ToProto(*call.update_time, *proto.mutable_update_time());
  if (call.erase_time) ToProto(*call.erase_time, *proto.mutable_erase_time());
  SetState(call.state, proto);
}

void ToProto(const domain::ServiceRecord& record, v1::ServiceRecord& proto) {
  proto.set_name(ServiceRecordName(record.id));
  proto.set_status(CastEnum<v1::CallStatus>(domain::CallStatusFromWord(record.status_word)));
  proto.set_status_text(record.status_word);
  proto.set_customer_name(record.customer_name);
  proto.set_customer_phone(record.customer_phone);
  proto.set_vehicle_info(record.vehicle_info);
  proto.set_service_type(record.service_type);
  if (record.appointment_time) ToProto(*record.appointment_time, *proto.mutable_appointment_time());
  if (record.create_time) ToProto(*record.create_time, *proto.mutable_create_time());
  if (record.update_time) ToProto(*record.update_time, *proto.mutable_update_time());
}

void ToProto(const domain::RecordedEvent& recorded, v1::CallEvent& proto) {
  const domain::CallEvent& event = recorded.event;
  SetRecorded(recorded, proto);
  ToProto(event.time, *proto.mutable_event_time());
  ToProto(event.receive_time, *proto.mutable_receive_time());
  ToProto(recorded.create_time, *proto.mutable_create_time());
  if (recorded.forget_time) ToProto(*recorded.forget_time, *proto.mutable_forget_time());
  proto.set_provider(event.provider);
  proto.set_provider_call_id(event.provider_call_id);
  if (event.provider_call_create_time) {
    ToProto(*event.provider_call_create_time, *proto.mutable_provider_call_create_time());
  }
  std::visit([&](const auto& detail) { SetDetail(detail, proto); }, event.detail);
}

void ToProto(const domain::Attempt& attempt, const std::vector<domain::TranscriptEntry>& transcript,
             v1::CallAttempt& proto) {
  proto.set_provider_call_id(attempt.provider_call_id);
  ToProto(attempt.begin_time, *proto.mutable_begin_time());
  SetState(attempt.state.call, proto);
  for (const domain::TranscriptEntry& entry : transcript) {
    ToProto(entry, *proto.add_transcript_entries());
  }
}

void ToProto(const domain::TranscriptEntry& entry, v1::TranscriptEntry& proto) {
  proto.set_role(entry.role);
  proto.set_content(entry.content);
  ToProto(entry.start_time, *proto.mutable_start_time());
  if (entry.end_time) ToProto(*entry.end_time, *proto.mutable_end_time());
  if (entry.seconds_from_start && std::isfinite(*entry.seconds_from_start)) {
    DurationToProto(absl::Seconds(*entry.seconds_from_start), *proto.mutable_start_offset());
  }
  if (entry.duration_ms) {
    DurationToProto(absl::Milliseconds(*entry.duration_ms), *proto.mutable_duration());
  }
}

void ToProto(const core::Receipt& receipt, v1::ReportView view, std::size_t max_bytes,
             v1::ReportCallEventResponse& proto) {
  proto.set_duplicate(receipt.duplicate);
  if (view == v1::REPORT_VIEW_BASIC) {
    SetRecorded(receipt.event, *proto.mutable_event());
    proto.mutable_call()->set_name(CallName(receipt.call.id));
    return;
  }
  ToProto(receipt.event, *proto.mutable_event());
  ToProto(receipt.call, *proto.mutable_call());
  if (proto.ByteSizeLong() <= max_bytes) return;
  proto.Clear();
  ToProto(receipt, v1::REPORT_VIEW_BASIC, max_bytes, proto);
}

}  // namespace autopulse::callevents::rpc
