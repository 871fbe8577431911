#include "persistence/entity_mapping.h"

#include "persistence/column_words.h"

namespace autopulse::callevents::persistence {

Timestamp ToEntity(absl::Time time) { return {absl::ToUnixMicros(time)}; }

std::optional<Timestamp> ToEntity(std::optional<absl::Time> time) {
  if (!time) return std::nullopt;
  return ToEntity(*time);
}

std::optional<absl::Time> FromEntity(const std::optional<Timestamp>& timestamp) {
  if (!timestamp || timestamp->microseconds == Timestamp::kUnreadable) return std::nullopt;
  return absl::FromUnixMicros(timestamp->microseconds);
}

absl::Time FromEntity(Timestamp timestamp) {
  return FromEntity(std::optional(timestamp)).value_or(absl::UnixEpoch());
}

std::optional<Numeric> ToEntity(std::optional<domain::Decimal> decimal) {
  if (!decimal) return std::nullopt;
  return Numeric{decimal->ten_thousandths};
}

std::optional<domain::Decimal> FromEntity(const std::optional<Numeric>& numeric) {
  if (!numeric) return std::nullopt;
  return domain::Decimal{numeric->ten_thousandths};
}

std::optional<std::string> TextToEntity(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::string TextFromEntity(const std::optional<std::string>& text) { return text.value_or(""); }

CallStateColumns ToEntity(const domain::CallState& state) {
  CallStateColumns columns;
  columns.status = state.status_word;
  columns.start_time = ToEntity(state.start_time);
  columns.end_time = ToEntity(state.end_time);
  columns.duration_sec = state.duration_sec;
  columns.recording_url = state.recording_url;
  columns.vapi_call_id = state.provider_call_id;
  columns.ended_reason = state.ended_reason;
  columns.cost = ToEntity(state.cost);
  columns.duration_ms = state.duration_ms;
  columns.outcome = ToWord(state.outcome);
  columns.analysis_summary = state.analysis_summary;
  columns.analysis_success_evaluation = state.analysis_success_evaluation;
  columns.analysis_structured_data = state.analysis_structured_data;
  columns.recording_expire_time = ToEntity(state.recording_expire_time);
  return columns;
}

domain::CallState FromEntity(const CallStateColumns& columns) {
  domain::CallState state;
  state.status_word = columns.status;
  state.start_time = FromEntity(columns.start_time);
  state.end_time = FromEntity(columns.end_time);
  state.duration_sec = columns.duration_sec;
  state.duration_ms = columns.duration_ms;
  state.recording_url = columns.recording_url;
  state.recording_expire_time = FromEntity(columns.recording_expire_time);
  state.provider_call_id = columns.vapi_call_id;
  state.ended_reason = columns.ended_reason;
  state.cost = FromEntity(columns.cost);
  state.outcome = CallOutcomeFromWord(columns.outcome);
  state.analysis_summary = columns.analysis_summary;
  state.analysis_success_evaluation = columns.analysis_success_evaluation;
  state.analysis_structured_data = columns.analysis_structured_data;
  return state;
}

CallRow ToEntity(const domain::Call& call) {
  CallRow row;
  row.id = call.id;
  row.service_record_id = call.service_record_id;
  row.customer_number = TextToEntity(call.customer_number);
  row.direction = TextToEntity(call.direction);
  row.state = ToEntity(call.state);
  row.create_time = ToEntity(call.create_time);
  row.update_time = ToEntity(call.update_time);
  row.erase_time = ToEntity(call.erase_time);
  return row;
}

domain::Call FromEntity(const CallRow& row) {
  domain::Call call;
  call.id = row.id;
  call.service_record_id = row.service_record_id;
  call.customer_number = TextFromEntity(row.customer_number);
  call.direction = TextFromEntity(row.direction);
  call.create_time = FromEntity(row.create_time);
  call.update_time = FromEntity(row.update_time);
  call.erase_time = FromEntity(row.erase_time);
  call.state = FromEntity(row.state);
  return call;
}

CallBaseRow ToEntity(std::int64_t call_id, const domain::FoldState& base) {
  CallBaseRow row;
  row.call_id = call_id;
  row.state = ToEntity(base.call);
  row.ended_reason_group = ToWord(base.ended_reason_group);
  row.hung_up = base.hung_up;
  return row;
}

domain::FoldState FromEntity(const CallBaseRow& row) {
  return {.call = FromEntity(row.state),
          .ended_reason_group = EndedReasonGroupFromWord(row.ended_reason_group),
          .hung_up = row.hung_up};
}

CallFoldedAttemptRow ToEntity(std::int64_t call_id, const domain::Attempt& attempt) {
  CallFoldedAttemptRow row;
  row.call_id = call_id;
  row.provider_call_id = TextToEntity(attempt.provider_call_id);
  row.begin_time = ToEntity(attempt.begin_time);
  row.mirrored = attempt.mirrored;
  row.transcript_event_id = TextToEntity(attempt.transcript_event_id);
  row.state = ToEntity(attempt.state.call);
  row.ended_reason_group = ToWord(attempt.state.ended_reason_group);
  row.hung_up = attempt.state.hung_up;
  return row;
}

domain::Attempt FromEntity(const CallFoldedAttemptRow& row) {
  domain::Attempt attempt;
  attempt.provider_call_id = TextFromEntity(row.provider_call_id);
  attempt.begin_time = FromEntity(row.begin_time);
  attempt.mirrored = row.mirrored;
  attempt.transcript_event_id = TextFromEntity(row.transcript_event_id);
  attempt.state = {.call = FromEntity(row.state),
                   .ended_reason_group = EndedReasonGroupFromWord(row.ended_reason_group),
                   .hung_up = row.hung_up};
  return attempt;
}

ServiceRecordRow ToEntity(const domain::ServiceRecord& record) {
  ServiceRecordRow row;
  row.id = record.id;
  row.customer_name = TextToEntity(record.customer_name);
  row.customer_phone = TextToEntity(record.customer_phone);
  row.vehicle_info = TextToEntity(record.vehicle_info);
  row.service_type = TextToEntity(record.service_type);
  row.status = record.status_word;
  row.appointment_date = ToEntity(record.appointment_time);
  row.create_time = ToEntity(record.create_time);
  row.update_time = ToEntity(record.update_time);
  return row;
}

domain::ServiceRecord FromEntity(const ServiceRecordRow& row) {
  return {.id = row.id,
          .customer_name = TextFromEntity(row.customer_name),
          .customer_phone = TextFromEntity(row.customer_phone),
          .vehicle_info = TextFromEntity(row.vehicle_info),
          .service_type = TextFromEntity(row.service_type),
          .status_word = row.status,
          .appointment_time = FromEntity(row.appointment_date),
          .create_time = FromEntity(row.create_time),
          .update_time = FromEntity(row.update_time)};
}

ServiceRecordRow ToEntity(const core::RecordedChanges::ServiceRecordStatus& change) {
  ServiceRecordRow row;
  row.id = change.id;
  row.status = change.status_word;
  row.update_time = ToEntity(change.update_time);
  return row;
}

TranscriptRow ToEntity(std::int64_t call_id, const domain::TranscriptEntry& entry) {
  TranscriptRow row;
  row.call_id = call_id;
  row.role = entry.role;
  row.content = entry.content;
  row.timestamp = ToEntity(entry.start_time);
  row.seconds_from_start = entry.seconds_from_start;
  row.duration = entry.duration_ms;
  row.end_time = ToEntity(entry.end_time);
  return row;
}

core::StoredTranscriptEntry FromEntity(const TranscriptRow& row) {
  return {.id = row.id,
          .entry = {.role = row.role,
                    .content = TextFromEntity(row.content),
                    .start_time = FromEntity(row.timestamp),
                    .end_time = FromEntity(row.end_time),
                    .seconds_from_start = row.seconds_from_start,
                    .duration_ms = row.duration}};
}

CreationRequestRow ToEntity(const core::CreationRequest& request) {
  CreationRequestRow row;
  row.request_id = request.request_id;
  row.digest = request.digest;
  row.name = request.name;
  row.create_time = ToEntity(request.create_time);
  return row;
}

core::CreationRequest FromEntity(const CreationRequestRow& row) {
  return {.request_id = row.request_id,
          .digest = row.digest,
          .name = row.name,
          .create_time = FromEntity(row.create_time)};
}

}  // namespace autopulse::callevents::persistence
