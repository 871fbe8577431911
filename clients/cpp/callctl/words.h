#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "autopulse/callevents/v1/call.pb.h"
#include "autopulse/callevents/v1/call_event.pb.h"

// The API's enums as words for people, taken from the names of their values, so that a value that
// is added needs no change here. An unspecified value is the empty word.
namespace autopulse::callevents::callctl {

// Returns the document's word for a status: `In Progress` [S1].
std::string StatusWord(v1::CallStatus call_status);

// Returns the status to show: the stored word, or the enum's if the service gave none.
std::string StatusWord(v1::CallStatus call_status, const std::string& status_text);

// Return `answered`, `applied`, `user initiated`.
std::string OutcomeWord(v1::CallOutcome outcome);
std::string OutcomeWord(v1::CallEventOutcome outcome);
std::string ReasonWord(v1::HangupReason reason);

// Read a word in any of the forms `in-progress`, `In Progress`, `CALL_STATUS_IN_PROGRESS`. Anything
// else is kInvalidArgument with the words that are accepted.
absl::StatusOr<v1::CallStatus> ParseCallStatus(absl::string_view word);
absl::StatusOr<v1::CallOutcome> ParseCallOutcome(absl::string_view word);

}  // namespace autopulse::callevents::callctl
