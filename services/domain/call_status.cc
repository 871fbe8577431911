#include "services/domain/call_status.h"

namespace autopulse::callevents::domain {

absl::string_view ToWord(CallStatus call_status) {
  switch (call_status) {
    case CallStatus::kUnspecified:
      return "";
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
  }
  return "";
}

CallStatus CallStatusFromWord(absl::string_view word) {
  for (const CallStatus call_status : kCallStatuses) {
    if (word == ToWord(call_status)) return call_status;
  }
  return CallStatus::kUnspecified;
}

bool IsOver(CallStatus call_status) {
  return call_status == CallStatus::kCompleted || call_status == CallStatus::kFailed ||
         call_status == CallStatus::kMissed;
}

}  // namespace autopulse::callevents::domain
