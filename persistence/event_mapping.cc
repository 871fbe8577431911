#include "persistence/event_mapping.h"

#include <variant>

#include "persistence/column_words.h"
#include "persistence/entity_mapping.h"

namespace autopulse::callevents::persistence {
namespace {

constexpr const char* kStatusUpdateKind = "status_update";
constexpr const char* kHangupKind = "hangup";
constexpr const char* kEndOfCallReportKind = "end_of_call_report";

// Writes the kind of an event and the columns of this kind.
struct DetailToEntity {
  CallEventRow& row;

  void operator()(const domain::StatusUpdate& update) const {
    row.kind = kStatusUpdateKind;
    row.detail.status = std::string(domain::ToWord(update.call_status));
    row.detail.provider_status = TextToEntity(update.provider_status);
    row.detail.forwarding = update.forwarding;
    row.detail.ended_reason = TextToEntity(update.ended_reason);
    row.detail.ended_reason_group = ToWord(update.ended_reason_group);
  }

  void operator()(const domain::Hangup& hangup) const {
    row.kind = kHangupKind;
    row.detail.hangup_reason = ToWord(hangup.reason);
    row.detail.provider_reason = TextToEntity(hangup.provider_reason);
  }

  void operator()(const domain::EndOfCallReport& report) const {
    row.kind = kEndOfCallReportKind;
    row.detail.start_time = ToEntity(report.start_time);
    row.detail.end_time = ToEntity(report.end_time);
    row.detail.duration_sec = report.duration_sec;
    row.detail.duration_ms = report.duration_ms;
    row.detail.ended_reason = TextToEntity(report.ended_reason);
    row.detail.ended_reason_group = ToWord(report.ended_reason_group);
    row.detail.cost = ToEntity(report.cost);
    row.detail.recording_url = TextToEntity(report.recording_url);
    row.detail.recording_expire_time = ToEntity(report.recording_expire_time);
    row.detail.analysis_summary = TextToEntity(report.analysis_summary);
    row.detail.analysis_success_evaluation = TextToEntity(report.analysis_success_evaluation);
    row.detail.analysis_structured_data = TextToEntity(report.analysis_structured_data);
    row.detail.has_transcript = report.has_transcript;
  }

  void operator()(const domain::Notice& notice) const {
    row.kind = kNoticeKind;
    row.detail.notice_kind = TextToEntity(notice.kind);
  }
};

domain::StatusUpdate StatusUpdateFrom(const EventDetailColumns& detail) {
  return {.call_status = domain::CallStatusFromWord(TextFromEntity(detail.status)),
          .provider_status = TextFromEntity(detail.provider_status),
          .forwarding = detail.forwarding.value_or(false),
          .ended_reason = TextFromEntity(detail.ended_reason),
          .ended_reason_group = EndedReasonGroupFromWord(detail.ended_reason_group)};
}

domain::Hangup HangupFrom(const EventDetailColumns& detail) {
  return {.reason = HangupReasonFromWord(detail.hangup_reason),
          .provider_reason = TextFromEntity(detail.provider_reason)};
}

domain::EndOfCallReport ReportFrom(const EventDetailColumns& detail) {
  domain::EndOfCallReport report;
  report.start_time = FromEntity(detail.start_time);
  report.end_time = FromEntity(detail.end_time);
  report.duration_sec = detail.duration_sec;
  report.duration_ms = detail.duration_ms;
  report.ended_reason = TextFromEntity(detail.ended_reason);
  report.ended_reason_group = EndedReasonGroupFromWord(detail.ended_reason_group);
  report.cost = FromEntity(detail.cost);
  report.recording_url = TextFromEntity(detail.recording_url);
  report.recording_expire_time = FromEntity(detail.recording_expire_time);
  report.analysis_summary = TextFromEntity(detail.analysis_summary);
  report.analysis_success_evaluation = TextFromEntity(detail.analysis_success_evaluation);
  report.analysis_structured_data = TextFromEntity(detail.analysis_structured_data);
  report.has_transcript = detail.has_transcript.value_or(false);
  return report;
}

domain::EventDetail DetailFrom(const CallEventRow& row) {
  if (row.kind == kStatusUpdateKind) return StatusUpdateFrom(row.detail);
  if (row.kind == kHangupKind) return HangupFrom(row.detail);
  if (row.kind == kEndOfCallReportKind) return ReportFrom(row.detail);
  return domain::Notice{.kind = TextFromEntity(row.detail.notice_kind)};
}

}  // namespace

CallEventRow ToEntity(const core::NewEvent& added) {
  const domain::CallEvent& event = *added.event;
  CallEventRow row;
  row.call_id = added.call_id;
  row.event_id = event.event_id;
  row.event_time = ToEntity(event.time);
  row.receive_time = ToEntity(event.receive_time);
  row.create_time = ToEntity(added.create_time);
  row.outcome = ToWord(added.outcome);
  row.call_status = added.call_status_word;
  row.provider = event.provider;
  row.provider_call_id = TextToEntity(event.provider_call_id);
  row.provider_call_create_time = ToEntity(event.provider_call_create_time);
  std::visit(DetailToEntity{row}, event.detail);
  row.forget_time = ToEntity(added.forget_time);
  if (row.forget_time) row.detail = {};
  return row;
}

domain::RecordedEvent FromEntity(const CallEventRow& row) {
  domain::RecordedEvent recorded;
  recorded.call_id = row.call_id;
  recorded.sequence = row.id;
  recorded.create_time = FromEntity(row.create_time);
  recorded.outcome = EventOutcomeFromWord(row.outcome);
  recorded.call_status_word = row.call_status;
  recorded.event.event_id = row.event_id;
  recorded.event.time = FromEntity(row.event_time);
  recorded.event.receive_time = FromEntity(row.receive_time);
  recorded.event.provider = row.provider;
  recorded.event.provider_call_id = TextFromEntity(row.provider_call_id);
  recorded.event.provider_call_create_time = FromEntity(row.provider_call_create_time);
  recorded.event.detail = DetailFrom(row);
  recorded.forget_time = FromEntity(row.forget_time);
  return recorded;
}

}  // namespace autopulse::callevents::persistence
