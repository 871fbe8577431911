#include "clients/cpp/callctl/views.h"

#include "absl/strings/str_cat.h"
#include "clients/cpp/callctl/formatting.h"
#include "clients/cpp/callctl/words.h"

namespace autopulse::callevents::callctl {
namespace {

// `word (detail)`, or the one that is there.
std::string WithDetail(const std::string& word, const std::string& detail) {
  if (word.empty() || detail.empty()) return absl::StrCat(word, detail);
  return absl::StrCat(word, " (", detail, ")");
}

std::string StatusUpdateDetail(const v1::StatusUpdate& update) {
  const std::string provider_word = update.forwarding() ? "forwarding" : update.provider_status();
  std::string word = WithDetail(StatusWord(update.status()), provider_word);
  if (update.ended_reason().empty()) return word;
  return absl::StrCat(word, ", ", update.ended_reason());
}

}  // namespace

void PrintCall(std::ostream& out, const v1::Call& call) {
  FieldBlock block;
  block.Add("call", call.name());
  block.Add("status", StatusWord(call.status(), call.status_text()));
  block.Add("outcome", OutcomeWord(call.outcome()));
  block.Add("service record", call.service_record());
  block.Add("customer number", call.customer_number());
  block.Add("direction", call.direction());
  block.Add("provider call id", call.provider_call_id());
  block.Add("created", FormatIf(call.has_create_time(), call.create_time()));
  block.Add("updated", FormatIf(call.has_update_time(), call.update_time()));
  block.Add("erased", FormatIf(call.has_erase_time(), call.erase_time()));
  block.Add("started", FormatIf(call.has_start_time(), call.start_time()));
  block.Add("ended", FormatIf(call.has_end_time(), call.end_time()));
  block.Add("duration", FormatIf(call.has_duration(), call.duration()));
  block.Add("reported duration", FormatIf(call.has_reported_duration(), call.reported_duration()));
  block.Add("ended reason", call.ended_reason());
  block.Add("cost", FormatCost(call.cost_usd()));
  block.Add("recording", call.recording_url());
  block.Add("recording expires",
            FormatIf(call.has_recording_expire_time(), call.recording_expire_time()));
  block.Add("summary", call.analysis().summary());
  block.Add("success", call.analysis().success_evaluation());
  block.Add("structured data", call.analysis().structured_data_json());
  block.Print(out);
}

void PrintServiceRecord(std::ostream& out, const v1::ServiceRecord& service_record) {
  const v1::ServiceRecord& record = service_record;
  FieldBlock block;
  block.Add("service record", record.name());
  block.Add("status", StatusWord(record.status(), record.status_text()));
  block.Add("customer name", record.customer_name());
  block.Add("customer phone", record.customer_phone());
  block.Add("vehicle", record.vehicle_info());
  block.Add("service", record.service_type());
  block.Add("appointment", FormatIf(record.has_appointment_time(), record.appointment_time()));
  block.Add("created", FormatIf(record.has_create_time(), record.create_time()));
  block.Add("updated", FormatIf(record.has_update_time(), record.update_time()));
  block.Print(out);
}

void PrintEvent(std::ostream& out, const v1::CallEvent& event) {
  FieldBlock block;
  block.Add("event", event.name());
  block.Add("sequence", absl::StrCat(event.sequence()));
  block.Add("kind", EventKind(event));
  block.Add("detail", EventDetail(event));
  block.Add("outcome", OutcomeWord(event.outcome()));
  block.Add("call status", StatusWord(event.call_status(), event.call_status_text()));
  block.Add("provider", event.provider());
  block.Add("provider call id", event.provider_call_id());
  block.Add("happened", FormatIf(event.has_event_time(), event.event_time()));
  block.Add("received", FormatIf(event.has_receive_time(), event.receive_time()));
  block.Add("recorded", FormatIf(event.has_create_time(), event.create_time()));
  block.Add("forgotten", FormatIf(event.has_forget_time(), event.forget_time()));
  block.Print(out);
}

void PrintCalls(std::ostream& out, const v1::ListCallsResponse& calls) {
  TextTable table({{.title = "CALL"},
                   {.title = "STATUS"},
                   {.title = "OUTCOME"},
                   {.title = "STARTED"},
                   {.title = "DURATION", .numeric = true},
                   {.title = "COST", .numeric = true},
                   {.title = "CUSTOMER"},
                   {.title = "SERVICE RECORD"},
                   {.title = "ENDED REASON"}});
  for (const v1::Call& call : calls.calls()) {
    table.AddRow({call.name(), StatusWord(call.status(), call.status_text()),
                  OutcomeWord(call.outcome()), FormatIf(call.has_start_time(), call.start_time()),
                  FormatIf(call.has_duration(), call.duration()), FormatCost(call.cost_usd()),
                  call.customer_number(), call.service_record(), call.ended_reason()});
  }
  table.Print(out);
}

void PrintServiceRecords(std::ostream& out, const v1::ListServiceRecordsResponse& service_records) {
  TextTable table({{.title = "SERVICE RECORD"},
                   {.title = "STATUS"},
                   {.title = "CUSTOMER"},
                   {.title = "PHONE"},
                   {.title = "VEHICLE"},
                   {.title = "SERVICE"},
                   {.title = "APPOINTMENT"}});
  for (const v1::ServiceRecord& record : service_records.service_records()) {
    table.AddRow({record.name(), StatusWord(record.status(), record.status_text()),
                  record.customer_name(), record.customer_phone(), record.vehicle_info(),
                  record.service_type(),
                  FormatIf(record.has_appointment_time(), record.appointment_time())});
  }
  table.Print(out);
}

void PrintEvents(std::ostream& out, const v1::ListCallEventsResponse& events) {
  TextTable table({{.title = "SEQUENCE", .numeric = true},
                   {.title = "TIME"},
                   {.title = "KIND"},
                   {.title = "DETAIL"},
                   {.title = "OUTCOME"},
                   {.title = "CALL STATUS"},
                   {.title = "EVENT"}});
  for (const v1::CallEvent& event : events.events()) {
    table.AddRow({absl::StrCat(event.sequence()), EventTime(event), EventKind(event),
                  EventDetail(event), OutcomeWord(event.outcome()),
                  StatusWord(event.call_status(), event.call_status_text()),
                  LastSegment(event.name())});
  }
  table.Print(out);
}

void PrintTranscript(std::ostream& out, const v1::ListTranscriptEntriesResponse& entries,
                     std::size_t wrap_width) {
  TextTable table({{.title = "OFFSET", .numeric = true}, {.title = "ROLE"}, {.title = "TEXT"}});
  for (const v1::TranscriptEntry& entry : entries.transcript_entries()) {
    table.AddRow(
        {FormatIf(entry.has_start_offset(), entry.start_offset()), entry.role(), entry.content()});
  }
  table.Print(out, wrap_width);
}

void PrintAttempts(std::ostream& out, const v1::ListCallAttemptsResponse& attempts) {
  TextTable table({{.title = "PROVIDER CALL"},
                   {.title = "NEWEST"},
                   {.title = "BEGAN"},
                   {.title = "STATUS"},
                   {.title = "OUTCOME"},
                   {.title = "DURATION", .numeric = true},
                   {.title = "COST", .numeric = true},
                   {.title = "TRANSCRIPT", .numeric = true},
                   {.title = "ENDED REASON"}});
  for (const v1::CallAttempt& attempt : attempts.call_attempts()) {
    table.AddRow(
        {attempt.provider_call_id(), attempt.newest() ? "yes" : "no",
         FormatIf(attempt.has_begin_time(), attempt.begin_time()),
         StatusWord(attempt.status(), attempt.status_text()), OutcomeWord(attempt.outcome()),
         FormatIf(attempt.has_duration(), attempt.duration()), FormatCost(attempt.cost_usd()),
         absl::StrCat(attempt.transcript_entries_size()), attempt.ended_reason()});
  }
  table.Print(out);
}

std::string EventKind(const v1::CallEvent& event) {
  switch (event.detail_case()) {
    case v1::CallEvent::kStatusUpdate:
      return "status";
    case v1::CallEvent::kHangup:
      return "hangup";
    case v1::CallEvent::kEndOfCallReport:
      return "report";
    case v1::CallEvent::kNotice:
      return "notice";
    case v1::CallEvent::DETAIL_NOT_SET:
      return "";
  }
  return "";
}

std::string EventDetail(const v1::CallEvent& event) {
  switch (event.detail_case()) {
    case v1::CallEvent::kStatusUpdate:
      return StatusUpdateDetail(event.status_update());
    case v1::CallEvent::kHangup:
      return WithDetail(ReasonWord(event.hangup().reason()), event.hangup().provider_reason());
    case v1::CallEvent::kEndOfCallReport:
      return event.end_of_call_report().ended_reason();
    case v1::CallEvent::kNotice:
      return event.notice().kind();
    case v1::CallEvent::DETAIL_NOT_SET:
      return "";
  }
  return "";
}

std::string EventTime(const v1::CallEvent& event) {
  if (event.has_event_time()) return FormatTime(event.event_time());
  return FormatIf(event.has_receive_time(), event.receive_time());
}

}  // namespace autopulse::callevents::callctl
