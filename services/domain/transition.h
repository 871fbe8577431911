#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "services/domain/call.h"
#include "services/domain/call_event.h"
#include "services/domain/outcome.h"

namespace autopulse::callevents::domain {

// A call while its events are folded: what is stored, and what later events need to know of earlier
// ones.
struct FoldState {
  CallState call;
  EndedReasonGroup ended_reason_group = EndedReasonGroup::kUnspecified;  // of `call.ended_reason`
  bool hung_up = false;  // Failed by a hangup on purpose, which Completed may still replace [O2]

  friend bool operator==(const FoldState&, const FoldState&) = default;
};

// What one event makes of a call.
struct Changes {
  FoldState after;
  bool applied = false;  // false: the event changes nothing [O2, V2]
};

// Applies one event to a call of one attempt, as rules S1 to S5, H1, H2, R1 to R5, V7, V10, V11, O2
// and P1 say. Pure: time comes in with the event.
Changes Transition(const FoldState& before, const CallEvent& event, const RuleOptions& options);

// Returns how long a call lasted, in whole seconds; fractions are dropped.
//
// Zero if `end` is before `start`; at most what the column holds, 68 years. Source: rules S5 and
// R4.
std::int64_t WholeSeconds(absl::Time start, absl::Time end);

// --- The state matrix, for `Transition` and for the test that holds docs/rules.md against it.

// What happened: a row of the matrix.
enum class Trigger {
  kToldReady,
  kToldRinging,
  kToldInProgress,
  kToldCompleted,
  kToldFailed,
  kToldMissed,
  kHungUp,  // on purpose, by either side
  kCutOff,  // by anything else
  kReportedCompleted,
  kReportedFailed,  // [P1]
  kReportedMissed,  // [P1]
};
inline constexpr std::size_t kTriggerCount = 11;

// Where the call stood: a column of the matrix.
enum class Phase {
  kOther,  // a word of another program
  kReady,
  kRinging,
  kInProgress,
  kCompleted,
  kFailed,
  kHungUp,  // Failed by a hangup on purpose
  kMissed,
};
inline constexpr std::size_t kPhaseCount = 8;

// Where `trigger` takes a call that is at `phase`. Nothing: it changes nothing [O2].
std::optional<Phase> NextPhase(Trigger trigger, Phase phase);

}  // namespace autopulse::callevents::domain
