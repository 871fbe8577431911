#include "adapter/dead_letters/dead_letter_actions.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "adapter/dead_letters/redaction.h"
#include "adapter/delivery/retry_policy.h"
#include "adapter/delivery/undelivered.h"
#include "adapter/json/json_tree.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::DeadLetter;
using persistence::spool::DeadLetters;

// Nobody was asked.
constexpr const char* kSkipped = "skipped";

absl::StatusOr<std::string> Do(const DeadLetterAction& action, const DeadLetter& letter,
                               const ReplayTarget& target, DeadLetters& letters) {
  const bool replays = action.kind == DeadLetterAction::Kind::kReplay;
  if (replays && !action.force && letter.reason == kReasonInvalidArgument) return kSkipped;
  if (action.dry_run) return replays ? "would be replayed" : "would be discarded";
  if (!replays) {
    RETURN_IF_ERROR(letters.Remove(letter.id));
    return "discarded";
  }
  ASSIGN_OR_RETURN(const DeadLetter whole, letters.Get(letter.id));
  return ReplayDeadLetter(whole, target, letters);
}

std::string ErrorJson(const absl::Status& status) {
  std::string json;
  AppendJsonString(
      RedactText(absl::StrCat(absl::StatusCodeToString(status.code()), ": ", status.message())),
      json);
  return json;
}

}  // namespace

DeadLetterResult Act(const DeadLetterAction& action, const DeadLetter& letter,
                     const ReplayTarget& target, DeadLetters& letters) {
  const absl::StatusOr<std::string> outcome = Do(action, letter, target, letters);
  return {
      .id = letter.id, .outcome = outcome.ok() ? *outcome : "failed", .status = outcome.status()};
}

void OutageWatch::Note(const DeadLetterResult& result) {
  const bool was_asked = result.outcome != kSkipped;
  if (IsOutage(result.status.code())) {
    ++in_a_row_;
    outage_ = result.status;
  } else if (was_asked || in_a_row_ == 0) {
    in_a_row_ = 0;
    served_ = result.id;
  }
}

std::string ResultLine(const DeadLetterResult& result) {
  if (result.status.ok()) return absl::StrCat(result.id, " ", result.outcome);
  const std::string error = ErrorJson(result.status);  // on one line, whatever is in it
  return absl::StrCat(result.id, " ", result.outcome, ": ", error.substr(1, error.size() - 2));
}

std::string ResultJson(const DeadLetterResult& result) {
  std::string json = absl::StrCat("{\"id\":", result.id, ",\"outcome\":\"", result.outcome, "\"");
  if (!result.status.ok()) absl::StrAppend(&json, ",\"error\":", ErrorJson(result.status));
  return absl::StrCat(json, "}");
}

}  // namespace autopulse::callevents::adapter
