#include "tests/domain/document_reading.h"

#include <utility>
#include <variant>

namespace autopulse::callevents::domain {
namespace {

const char* WordOf(CallStatus call_status) {
  switch (call_status) {
    case CallStatus::kReady:
      return "Ready";
    case CallStatus::kRinging:
      return "Ringing";
    case CallStatus::kInProgress:
      return "In Progress";
    case CallStatus::kCompleted:
      return "Completed";
    case CallStatus::kFailed:
      return "Failed";
    case CallStatus::kMissed:
      return "Missed";
    case CallStatus::kUnspecified:
      break;
  }
  return "?";
}

bool OverWord(const std::string& word) {
  return word == "Completed" || word == "Failed" || word == "Missed";
}

std::int64_t TotalSeconds(absl::Duration difference) {
  const double seconds = absl::ToDoubleSeconds(difference);
  return seconds < 0 ? 0 : static_cast<std::int64_t>(seconds);  // S5, R4: never negative
}

}  // namespace

DocumentReading::DocumentReading(CallState first) : call(std::move(first)) {}

void DocumentReading::Process(const CallEvent& event) {
  if (const auto* update = std::get_if<StatusUpdate>(&event.detail)) {
    ProcessCallStatus(*update, event);
  } else if (const auto* hangup = std::get_if<Hangup>(&event.detail)) {
    ProcessHangup(*hangup, event);
  } else if (const auto* report = std::get_if<EndOfCallReport>(&event.detail)) {
    ProcessCallReport(*report, event);
  }
}

void DocumentReading::ProcessCallStatus(const StatusUpdate& update, const CallEvent& event) {
  const std::string our_status = WordOf(update.call_status);
  const bool exception =
      call.status_word == "Failed" && hung_up_on_purpose_ && our_status == "Completed";
  if (OverWord(call.status_word) && !exception) return;  // O2

  call.status_word = our_status;
  if (our_status == "In Progress" && !call.start_time) call.start_time = event.time;
  if (our_status == "Completed" || our_status == "Failed" || our_status == "Missed") {  // S4
    if (!call.end_time) SetEndTime(event.time);
  }
  if (!update.ended_reason.empty()) {  // V7
    call.ended_reason = update.ended_reason;
    reason_group_ = update.ended_reason_group;
  }
  hung_up_on_purpose_ = false;
  Finish(event);
}

void DocumentReading::ProcessHangup(const Hangup& hangup, const CallEvent& event) {
  std::string status = "Failed";
  const bool normal = hangup.reason == HangupReason::kUserInitiated ||
                      hangup.reason == HangupReason::kSystemInitiated;
  if (normal && call.status_word == "Completed") status = "Completed";
  call.status_word = status;
  if (!call.end_time) SetEndTime(event.time);
  hung_up_on_purpose_ = normal && status == "Failed";
  Finish(event);
}

void DocumentReading::ProcessCallReport(const EndOfCallReport& report, const CallEvent& event) {
  call.status_word = "Completed";
  if (report.start_time) call.start_time = *report.start_time;
  if (report.end_time) call.end_time = *report.end_time;
  if (!call.end_time) call.end_time = event.time;  // S4, the addition
  if (!report.ended_reason.empty()) {              // R3: what is absent erases nothing
    call.ended_reason = report.ended_reason;
    reason_group_ = report.ended_reason_group;
  }
  if (report.cost) call.cost = *report.cost;
  if (report.duration_ms) call.duration_ms = *report.duration_ms;
  if (report.duration_sec) {
    call.duration_sec = *report.duration_sec;
  } else if (call.start_time && call.end_time) {
    call.duration_sec = TotalSeconds(*call.end_time - *call.start_time);
  }
  if (!report.recording_url.empty()) {
    call.recording_url = report.recording_url;
    call.recording_expire_time = report.recording_expire_time;  // V10
  }
  if (!report.analysis_summary.empty()) call.analysis_summary = report.analysis_summary;  // V11
  if (!report.analysis_success_evaluation.empty()) {
    call.analysis_success_evaluation = report.analysis_success_evaluation;
  }
  if (!report.analysis_structured_data.empty()) {
    call.analysis_structured_data = report.analysis_structured_data;
  }
  if (report.has_transcript) transcript_event_id = event.event_id;  // O4: replaced as a set
  hung_up_on_purpose_ = false;
  Finish(event);
}

void DocumentReading::SetEndTime(absl::Time now) {
  call.end_time = now;
  if (call.start_time) call.duration_sec = TotalSeconds(now - *call.start_time);
}

// What the three do alike.
void DocumentReading::Finish(const CallEvent& event) {
  if (!event.provider_call_id.empty()) call.provider_call_id = event.provider_call_id;  // R5
  const bool started = call.start_time.has_value();
  call.outcome = CallOutcome::kUnspecified;  // P1
  if (OverWord(call.status_word)) {
    switch (reason_group_) {
      case EndedReasonGroup::kUnspecified:
        call.outcome = call.status_word == "Completed" ? CallOutcome::kAnswered
                       : call.status_word == "Missed"  ? CallOutcome::kMissed
                                                       : CallOutcome::kFailed;
        break;
      case EndedReasonGroup::kAnswered:
        call.outcome = CallOutcome::kAnswered;
        break;
      case EndedReasonGroup::kMissed:
        call.outcome = CallOutcome::kMissed;
        break;
      case EndedReasonGroup::kFailed:
        call.outcome = CallOutcome::kFailed;
        break;
      case EndedReasonGroup::kAnsweredIfStartedElseMissed:
        call.outcome = started ? CallOutcome::kAnswered : CallOutcome::kMissed;
        break;
      case EndedReasonGroup::kAnsweredIfStartedElseFailed:
        call.outcome = started ? CallOutcome::kAnswered : CallOutcome::kFailed;
        break;
    }
  }
  service_record_word = call.status_word;
}

}  // namespace autopulse::callevents::domain
