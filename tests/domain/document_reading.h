#pragma once

#include <string>

#include "services/domain/call.h"
#include "services/domain/call_event.h"

namespace autopulse::callevents::domain {

// The design document's three functions, `process_call_status`, `process_hangup` and
// `process_call_report`, written line by line from its text (1.2, 2.1, 3.2), for one attempt whose
// webhooks come in order. Where a rule adds to the document or limits it, a comment names it. It
// shares no code with what it is compared with. For tests.
class DocumentReading {
 public:
  explicit DocumentReading(CallState call);

  void Process(const CallEvent& event);

  CallState call;
  std::string service_record_word = "Scheduled";
  std::string transcript_event_id;

 private:
  void ProcessCallStatus(const StatusUpdate& update, const CallEvent& event);
  void ProcessHangup(const Hangup& hangup, const CallEvent& event);
  void ProcessCallReport(const EndOfCallReport& report, const CallEvent& event);
  void SetEndTime(absl::Time now);
  void Finish(const CallEvent& event);

  EndedReasonGroup reason_group_ = EndedReasonGroup::kUnspecified;
  bool hung_up_on_purpose_ = false;
};

}  // namespace autopulse::callevents::domain
