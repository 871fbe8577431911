#pragma once

#include "autopulse/callevents/v1/call.pb.h"
#include "autopulse/callevents/v1/call_event.pb.h"
#include "services/domain/call_event.h"
#include "services/domain/call_status.h"
#include "services/domain/outcome.h"

namespace autopulse::callevents::rpc {

// Returns the enum value of the other side. The enums of both sides have the same values in the
// same order, which the assertions below hold fast.
template <typename To, typename From>
constexpr To CastEnum(From value) {
  return static_cast<To>(static_cast<int>(value));
}

namespace enum_mapping_internal {

template <typename Enum, typename Proto>
constexpr bool Same(Enum value, Proto proto) {
  return static_cast<int>(value) == static_cast<int>(proto);
}

static_assert(Same(domain::CallStatus::kUnspecified, v1::CALL_STATUS_UNSPECIFIED));
static_assert(Same(domain::CallStatus::kReady, v1::CALL_STATUS_READY));
static_assert(Same(domain::CallStatus::kRinging, v1::CALL_STATUS_RINGING));
static_assert(Same(domain::CallStatus::kInProgress, v1::CALL_STATUS_IN_PROGRESS));
static_assert(Same(domain::CallStatus::kCompleted, v1::CALL_STATUS_COMPLETED));
static_assert(Same(domain::CallStatus::kFailed, v1::CALL_STATUS_FAILED));
static_assert(Same(domain::CallStatus::kMissed, v1::CALL_STATUS_MISSED));
static_assert(Same(domain::CallOutcome::kAnswered, v1::CALL_OUTCOME_ANSWERED));
static_assert(Same(domain::CallOutcome::kMissed, v1::CALL_OUTCOME_MISSED));
static_assert(Same(domain::CallOutcome::kFailed, v1::CALL_OUTCOME_FAILED));
static_assert(Same(domain::HangupReason::kUserInitiated, v1::HANGUP_REASON_USER_INITIATED));
static_assert(Same(domain::HangupReason::kSystemInitiated, v1::HANGUP_REASON_SYSTEM_INITIATED));
static_assert(Same(domain::HangupReason::kOther, v1::HANGUP_REASON_OTHER));
static_assert(Same(domain::EndedReasonGroup::kAnswered, v1::ENDED_REASON_GROUP_ANSWERED));
static_assert(Same(domain::EndedReasonGroup::kMissed, v1::ENDED_REASON_GROUP_MISSED));
static_assert(Same(domain::EndedReasonGroup::kFailed, v1::ENDED_REASON_GROUP_FAILED));
static_assert(Same(domain::EndedReasonGroup::kAnsweredIfStartedElseMissed,
                   v1::ENDED_REASON_GROUP_ANSWERED_IF_STARTED_ELSE_MISSED));
static_assert(Same(domain::EndedReasonGroup::kAnsweredIfStartedElseFailed,
                   v1::ENDED_REASON_GROUP_ANSWERED_IF_STARTED_ELSE_FAILED));

}  // namespace enum_mapping_internal
}  // namespace autopulse::callevents::rpc
