#include "services/domain/transition.h"

#include <algorithm>
#include <limits>
#include <variant>

namespace autopulse::callevents::domain {
namespace {

// The phases by three letters, so that the matrix lines up.
constexpr auto kRea = Phase::kReady;
constexpr auto kRin = Phase::kRinging;
constexpr auto kInP = Phase::kInProgress;
constexpr auto kCom = Phase::kCompleted;
constexpr auto kFai = Phase::kFailed;
constexpr auto kHun = Phase::kHungUp;
constexpr auto kMis = Phase::kMissed;
constexpr auto kNot = std::optional<Phase>();  // nothing changes [O2]

using Row = std::array<std::optional<Phase>, kPhaseCount>;

// Row: what happened. Column: where the call stood. Cell: where it stands now.
// clang-format off
constexpr std::array<Row, kTriggerCount> kNextPhase = {{
    //                     Other Ready Ringing InProgr Complet Failed HungUp Missed
    /* told ready       */ {kRea, kRea, kRea,  kRea,   kNot,   kNot,  kNot,  kNot},  // S2, O2
    /* told ringing     */ {kRin, kRin, kRin,  kRin,   kNot,   kNot,  kNot,  kNot},  // S2, O2
    /* told in progress */ {kInP, kInP, kInP,  kInP,   kNot,   kNot,  kNot,  kNot},  // S2, O2
    /* told completed   */ {kCom, kCom, kCom,  kCom,   kNot,   kNot,  kCom,  kNot},  // S2, O2
    /* told failed      */ {kFai, kFai, kFai,  kFai,   kNot,   kNot,  kNot,  kNot},  // S2, O2
    /* told missed      */ {kMis, kMis, kMis,  kMis,   kNot,   kNot,  kNot,  kNot},  // S2, O2
    /* hung up          */ {kHun, kHun, kHun,  kHun,   kCom,   kHun,  kHun,  kHun},  // H1
    /* cut off          */ {kFai, kFai, kFai,  kFai,   kFai,   kFai,  kFai,  kFai},  // H1
    /* rep. completed   */ {kCom, kCom, kCom,  kCom,   kCom,   kCom,  kCom,  kCom},  // R1
    /* rep. failed      */ {kFai, kFai, kFai,  kFai,   kFai,   kFai,  kFai,  kFai},  // P1
    /* rep. missed      */ {kMis, kMis, kMis,  kMis,   kMis,   kMis,  kMis,  kMis},  // P1
}};
// clang-format on

Phase PhaseOf(const FoldState& state) {
  switch (state.call.status()) {
    case CallStatus::kUnspecified:
      return Phase::kOther;
    case CallStatus::kReady:
      return Phase::kReady;
    case CallStatus::kRinging:
      return Phase::kRinging;
    case CallStatus::kInProgress:
      return Phase::kInProgress;
    case CallStatus::kCompleted:
      return Phase::kCompleted;
    case CallStatus::kFailed:
      return state.hung_up ? Phase::kHungUp : Phase::kFailed;
    case CallStatus::kMissed:
      return Phase::kMissed;
  }
  return Phase::kOther;
}

CallStatus StatusOf(Phase phase) {
  switch (phase) {
    case Phase::kOther:
      return CallStatus::kUnspecified;
    case Phase::kReady:
      return CallStatus::kReady;
    case Phase::kRinging:
      return CallStatus::kRinging;
    case Phase::kInProgress:
      return CallStatus::kInProgress;
    case Phase::kCompleted:
      return CallStatus::kCompleted;
    case Phase::kFailed:
    case Phase::kHungUp:
      return CallStatus::kFailed;
    case Phase::kMissed:
      return CallStatus::kMissed;
  }
  return CallStatus::kUnspecified;
}

// P1: what a reason makes of the end of a call, where the service is told to go by it.
CallStatus EndStatus(EndedReasonGroup group, bool started, const RuleOptions& options) {
  if (options.report_status == ReportStatus::kCompleted) return CallStatus::kCompleted;
  return StatusOf(OutcomeOf(group, started));
}

Trigger TriggerOf(const StatusUpdate& update, const FoldState& before, const RuleOptions& options) {
  CallStatus told = update.call_status;
  if (told == CallStatus::kCompleted) {  // V1: `ended` counts by its reason where P1 says so
    told = EndStatus(update.ended_reason_group, before.call.start_time.has_value(), options);
  }
  switch (told) {
    case CallStatus::kUnspecified:
    case CallStatus::kReady:
      return Trigger::kToldReady;
    case CallStatus::kRinging:
      return Trigger::kToldRinging;
    case CallStatus::kInProgress:
      return Trigger::kToldInProgress;
    case CallStatus::kCompleted:
      return Trigger::kToldCompleted;
    case CallStatus::kFailed:
      return Trigger::kToldFailed;
    case CallStatus::kMissed:
      return Trigger::kToldMissed;
  }
  return Trigger::kToldReady;
}

Trigger TriggerOf(const Hangup& hangup) {
  return hangup.reason == HangupReason::kUserInitiated ||
                 hangup.reason == HangupReason::kSystemInitiated
             ? Trigger::kHungUp
             : Trigger::kCutOff;
}

Trigger TriggerOf(const EndOfCallReport& report, const FoldState& before,
                  const RuleOptions& options) {
  const bool started = report.start_time || before.call.start_time;  // R2 comes first
  const bool gives_reason =
      !report.ended_reason.empty() || report.ended_reason_group != EndedReasonGroup::kUnspecified;
  const EndedReasonGroup group =
      gives_reason ? report.ended_reason_group : before.ended_reason_group;  // as TakeReason
  switch (EndStatus(group, started, options)) {
    case CallStatus::kFailed:
      return Trigger::kReportedFailed;
    case CallStatus::kMissed:
      return Trigger::kReportedMissed;
    default:
      return Trigger::kReportedCompleted;
  }
}

// S4, S5, H2: the end, where none is known.
void EndAt(absl::Time time, CallState& call) {
  if (call.end_time) return;
  call.end_time = time;
  if (call.start_time) call.duration_sec = WholeSeconds(*call.start_time, time);
}

void TakeReason(const std::string& reason, EndedReasonGroup group, FoldState& state) {
  if (!reason.empty()) state.call.ended_reason = reason;
  if (!reason.empty() || group != EndedReasonGroup::kUnspecified) state.ended_reason_group = group;
}

template <typename T>
void TakeGiven(const std::optional<T>& given, std::optional<T>& stored) {
  if (given) stored = given;
}

void TakeGiven(const std::string& given, std::optional<std::string>& stored) {
  if (!given.empty()) stored = given;
}

void Apply(const StatusUpdate& update, absl::Time time, FoldState& state) {
  CallState& call = state.call;
  if (call.status() == CallStatus::kInProgress && !call.start_time) call.start_time = time;  // S3
  if (IsOver(call.status())) EndAt(time, call);                                              // S4
  TakeReason(update.ended_reason, update.ended_reason_group, state);                         // V7
}

void Apply(const Hangup&, absl::Time time, FoldState& state) { EndAt(time, state.call); }  // H2

void Apply(const EndOfCallReport& report, absl::Time time, FoldState& state) {
  CallState& call = state.call;
  TakeGiven(report.start_time, call.start_time);  // R2
  TakeGiven(report.end_time, call.end_time);      // R2
  EndAt(time, call);                              // S4, the addition
  TakeGiven(report.duration_ms, call.duration_ms);
  TakeGiven(report.cost, call.cost);                                  // R3
  TakeReason(report.ended_reason, report.ended_reason_group, state);  // R3, V7
  if (report.duration_sec) {                                          // R4
    call.duration_sec = report.duration_sec;
  } else if (call.start_time) {
    call.duration_sec = WholeSeconds(*call.start_time, *call.end_time);
  }
  if (!report.recording_url.empty()) {  // R5, V10
    call.recording_url = report.recording_url;
    call.recording_expire_time = report.recording_expire_time;
  }
  TakeGiven(report.analysis_summary, call.analysis_summary);  // V11
  TakeGiven(report.analysis_success_evaluation, call.analysis_success_evaluation);
  TakeGiven(report.analysis_structured_data, call.analysis_structured_data);
}

// P1: by the reason where one is known, else by the status. A reason of another program's row is
// of no known group: what the row says stands as long as the status does.
CallOutcome OutcomeAfter(const FoldState& before, const FoldState& after) {
  const CallState& call = after.call;
  if (!IsOver(call.status())) return CallOutcome::kUnspecified;
  if (after.ended_reason_group != EndedReasonGroup::kUnspecified) {
    return OutcomeOf(after.ended_reason_group, call.start_time.has_value());
  }
  if (call.status() == before.call.status() && call.outcome != CallOutcome::kUnspecified) {
    return call.outcome;
  }
  return OutcomeOf(call.status());
}

Changes ApplyTriggered(Trigger trigger, const FoldState& before, const CallEvent& event) {
  const std::optional<Phase> next = NextPhase(trigger, PhaseOf(before));
  if (!next) return {before, false};
  Changes changes{before, true};
  FoldState& after = changes.after;
  after.call.status_word = std::string(ToWord(StatusOf(*next)));
  after.hung_up = *next == Phase::kHungUp;
  if (!event.provider_call_id.empty()) after.call.provider_call_id = event.provider_call_id;  // R5
  if (const auto* update = std::get_if<StatusUpdate>(&event.detail)) {
    Apply(*update, event.time, after);
  } else if (const auto* hangup = std::get_if<Hangup>(&event.detail)) {
    Apply(*hangup, event.time, after);
  } else if (const auto* report = std::get_if<EndOfCallReport>(&event.detail)) {
    Apply(*report, event.time, after);
  }
  after.call.outcome = OutcomeAfter(before, after);
  return changes;
}

}  // namespace

std::optional<Phase> NextPhase(Trigger trigger, Phase phase) {
  return kNextPhase[static_cast<std::size_t>(trigger)][static_cast<std::size_t>(phase)];
}

std::int64_t WholeSeconds(absl::Time start, absl::Time end) {
  if (end < start) return 0;
  constexpr std::int64_t kLargest = std::numeric_limits<std::int32_t>::max();  // an INTEGER column
  return std::min(absl::ToInt64Seconds(end - start), kLargest);
}

Changes Transition(const FoldState& before, const CallEvent& event, const RuleOptions& options) {
  if (const auto* update = std::get_if<StatusUpdate>(&event.detail)) {
    return ApplyTriggered(TriggerOf(*update, before, options), before, event);
  }
  if (const auto* hangup = std::get_if<Hangup>(&event.detail)) {
    return ApplyTriggered(TriggerOf(*hangup), before, event);
  }
  if (const auto* report = std::get_if<EndOfCallReport>(&event.detail)) {
    return ApplyTriggered(TriggerOf(*report, before, options), before, event);
  }
  return {before, false};  // V2: a notice changes nothing
}

}  // namespace autopulse::callevents::domain
