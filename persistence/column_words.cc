#include "persistence/column_words.h"

#include <array>
#include <utility>

namespace autopulse::callevents::persistence {
namespace {

using domain::CallOutcome;
using domain::EndedReasonGroup;
using domain::EventOutcome;
using domain::HangupReason;

template <typename Enum>
using WordOf = std::pair<Enum, const char*>;

constexpr std::array<WordOf<CallOutcome>, 3> kCallOutcomes = {{
    {CallOutcome::kAnswered, "ANSWERED"},
    {CallOutcome::kMissed, "MISSED"},
    {CallOutcome::kFailed, "FAILED"},
}};

constexpr std::array<WordOf<EndedReasonGroup>, 5> kEndedReasonGroups = {{
    {EndedReasonGroup::kAnswered, "ANSWERED"},
    {EndedReasonGroup::kMissed, "MISSED"},
    {EndedReasonGroup::kFailed, "FAILED"},
    {EndedReasonGroup::kAnsweredIfStartedElseMissed, "ANSWERED_IF_STARTED_ELSE_MISSED"},
    {EndedReasonGroup::kAnsweredIfStartedElseFailed, "ANSWERED_IF_STARTED_ELSE_FAILED"},
}};

constexpr std::array<WordOf<HangupReason>, 3> kHangupReasons = {{
    {HangupReason::kUserInitiated, "user_initiated"},
    {HangupReason::kSystemInitiated, "system_initiated"},
    {HangupReason::kOther, "other"},
}};

constexpr std::array<WordOf<EventOutcome>, 3> kEventOutcomes = {{
    {EventOutcome::kApplied, "APPLIED"},
    {EventOutcome::kStale, "STALE"},
    {EventOutcome::kLate, "LATE"},
}};

template <typename Words, typename Enum>
std::optional<std::string> WordIn(const Words& words, Enum value) {
  for (const auto& [known, word] : words) {
    if (known == value) return word;
  }
  return std::nullopt;
}

template <typename Words, typename Enum>
Enum ValueIn(const Words& words, const std::string& word, Enum otherwise) {
  for (const auto& [value, known] : words) {
    if (word == known) return value;
  }
  return otherwise;
}

}  // namespace

std::optional<std::string> ToWord(CallOutcome outcome) { return WordIn(kCallOutcomes, outcome); }

CallOutcome CallOutcomeFromWord(const std::optional<std::string>& word) {
  return ValueIn(kCallOutcomes, word.value_or(""), CallOutcome::kUnspecified);
}

std::optional<std::string> ToWord(EndedReasonGroup group) {
  return WordIn(kEndedReasonGroups, group);
}

EndedReasonGroup EndedReasonGroupFromWord(const std::optional<std::string>& word) {
  return ValueIn(kEndedReasonGroups, word.value_or(""), EndedReasonGroup::kUnspecified);
}

std::optional<std::string> ToWord(HangupReason reason) { return WordIn(kHangupReasons, reason); }

HangupReason HangupReasonFromWord(const std::optional<std::string>& word) {
  return ValueIn(kHangupReasons, word.value_or(""), HangupReason::kUnspecified);
}

std::string ToWord(EventOutcome outcome) { return WordIn(kEventOutcomes, outcome).value_or(""); }

EventOutcome EventOutcomeFromWord(const std::string& word) {
  return ValueIn(kEventOutcomes, word, EventOutcome::kStale);
}

}  // namespace autopulse::callevents::persistence
