#pragma once

#include <optional>
#include <string>

#include "services/domain/call_event.h"
#include "services/domain/outcome.h"

// The words that stand in columns for what is an enum in the domain. (The words of a call's status
// are the design document's own: services/domain/call_status.h.) What is unspecified is NULL, and
// so is a word that none of our programs wrote.
namespace autopulse::callevents::persistence {

// `ANSWERED`, `MISSED`, `FAILED`.
std::optional<std::string> ToWord(domain::CallOutcome outcome);
domain::CallOutcome CallOutcomeFromWord(const std::optional<std::string>& word);

// `ANSWERED`, ..., `ANSWERED_IF_STARTED_ELSE_FAILED`.
std::optional<std::string> ToWord(domain::EndedReasonGroup group);
domain::EndedReasonGroup EndedReasonGroupFromWord(const std::optional<std::string>& word);

// `user_initiated`, `system_initiated`, `other`.
std::optional<std::string> ToWord(domain::HangupReason reason);
domain::HangupReason HangupReasonFromWord(const std::optional<std::string>& word);

// `APPLIED`, `STALE`, `LATE`. A word that is none of them is read as `STALE`.
std::string ToWord(domain::EventOutcome outcome);
domain::EventOutcome EventOutcomeFromWord(const std::string& word);

}  // namespace autopulse::callevents::persistence
