#pragma once

#include "services/domain/call_status.h"

namespace autopulse::callevents::domain {

// What came of a call that is over [P1].
enum class CallOutcome { kUnspecified, kAnswered, kMissed, kFailed };

// What the reason that a call ended for says about it [P1].
enum class EndedReasonGroup {
  kUnspecified,  // no reason: the outcome follows the status
  kAnswered,
  kMissed,
  kFailed,
  kAnsweredIfStartedElseMissed,
  kAnsweredIfStartedElseFailed,
};

// What a report makes of its call [P1].
enum class ReportStatus {
  kCompleted,    // Completed, whatever it says [R1]
  kEndedReason,  // Completed, Missed or Failed, by the reason it gives
};

// What the owner of the service may choose about the rules.
struct RuleOptions {
  ReportStatus report_status = ReportStatus::kCompleted;  // `--report-status`
};

// What a reason of `group` makes of a call whose conversation has begun, or has not. `kUnspecified`
// for `kUnspecified`. Source: rule P1.
CallOutcome OutcomeOf(EndedReasonGroup group, bool started);

// What a call that ended as `call_status` came to, where no reason is known. `kUnspecified` while
// it is not over. Source: rule P1.
CallOutcome OutcomeOf(CallStatus call_status);

// The status that a call of this outcome has where reports decide by their reason. Completed for
// `kUnspecified` [R1].
CallStatus StatusOf(CallOutcome outcome);

}  // namespace autopulse::callevents::domain
