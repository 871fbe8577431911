#pragma once

#include <array>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::domain {

// Where a call stands. Stored as the design document's words [1.1], see `ToWord`.
enum class CallStatus {
  kUnspecified,  // a word of another program, such as `Scheduled`; a call that is not over
  kReady,
  kRinging,
  kInProgress,
  kCompleted,
  kFailed,
  kMissed,
};

// Every status that has a word, in the order in which a call may pass through them.
inline constexpr std::array kCallStatuses = {CallStatus::kReady,      CallStatus::kRinging,
                                             CallStatus::kInProgress, CallStatus::kCompleted,
                                             CallStatus::kFailed,     CallStatus::kMissed};

// Returns the word that is stored and shown: `In Progress`. Empty for `kUnspecified`.
absl::string_view ToWord(CallStatus call_status);

// Returns the status that `word` stands for, `kUnspecified` if it is a word of another program.
// Stored words are compared to the letter.
CallStatus CallStatusFromWord(absl::string_view word);

// Whether a call of this status is over: Completed, Failed or Missed [O2].
bool IsOver(CallStatus call_status);

}  // namespace autopulse::callevents::domain
