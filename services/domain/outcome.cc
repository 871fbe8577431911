#include "services/domain/outcome.h"

namespace autopulse::callevents::domain {

CallOutcome OutcomeOf(EndedReasonGroup group, bool started) {
  switch (group) {
    case EndedReasonGroup::kUnspecified:
      return CallOutcome::kUnspecified;
    case EndedReasonGroup::kAnswered:
      return CallOutcome::kAnswered;
    case EndedReasonGroup::kMissed:
      return CallOutcome::kMissed;
    case EndedReasonGroup::kFailed:
      return CallOutcome::kFailed;
    case EndedReasonGroup::kAnsweredIfStartedElseMissed:
      return started ? CallOutcome::kAnswered : CallOutcome::kMissed;
    case EndedReasonGroup::kAnsweredIfStartedElseFailed:
      return started ? CallOutcome::kAnswered : CallOutcome::kFailed;
  }
  return CallOutcome::kUnspecified;
}

CallOutcome OutcomeOf(CallStatus call_status) {
  switch (call_status) {
    case CallStatus::kCompleted:
      return CallOutcome::kAnswered;
    case CallStatus::kMissed:
      return CallOutcome::kMissed;
    case CallStatus::kFailed:
      return CallOutcome::kFailed;
    case CallStatus::kUnspecified:
    case CallStatus::kReady:
    case CallStatus::kRinging:
    case CallStatus::kInProgress:
      break;
  }
  return CallOutcome::kUnspecified;
}

CallStatus StatusOf(CallOutcome outcome) {
  switch (outcome) {
    case CallOutcome::kMissed:
      return CallStatus::kMissed;
    case CallOutcome::kFailed:
      return CallStatus::kFailed;
    case CallOutcome::kUnspecified:
    case CallOutcome::kAnswered:
      break;
  }
  return CallStatus::kCompleted;
}

}  // namespace autopulse::callevents::domain
