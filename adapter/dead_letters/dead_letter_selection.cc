#include "adapter/dead_letters/dead_letter_selection.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "adapter/call_name.h"
#include "adapter/delivery/undelivered.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::DeadLetterFilter;

// No string_views: with the undefined behavior sanitizer GCC 12 makes no constants of them.
constexpr std::array<const char*, 5> kReasons = {kReasonMalformed, kReasonInvalidArgument,
                                                 kReasonUnknownCall, kReasonRetriesExhausted,
                                                 kReasonUnreadable};

absl::StatusOr<std::optional<absl::Time>> ParseTime(const std::string& text) {
  if (text.empty()) return std::nullopt;
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is no time such as 2026-01-31T12:00:00Z"));
}

absl::StatusOr<std::int64_t> ParseId(const std::string& text) {
  std::int64_t id = 0;
  if (absl::SimpleAtoi(text, &id) && id > 0) return id;
  return absl::InvalidArgumentError(absl::StrCat("'", text, "' is no id of a dead letter"));
}

}  // namespace

absl::StatusOr<DeadLetterFilter> MakeFilter(const DeadLetterWords& words) {
  DeadLetterFilter filter;
  for (const std::string& text : words.ids) {
    ASSIGN_OR_RETURN(filter.ids.emplace_back(), ParseId(text));
  }
  std::int64_t number = 0;
  filter.call = absl::SimpleAtoi(words.call, &number) ? CallName(number) : words.call;
  filter.reason = words.reason;
  if (!words.reason.empty() &&
      std::find(kReasons.begin(), kReasons.end(), words.reason) == kReasons.end()) {
    return absl::InvalidArgumentError(absl::StrCat("'", words.reason, "' is no reason; there are ",
                                                   absl::StrJoin(kReasons, ", ")));
  }
  ASSIGN_OR_RETURN(filter.since, ParseTime(words.after));
  ASSIGN_OR_RETURN(filter.until, ParseTime(words.before));
  return filter;
}

bool SelectsEverything(const DeadLetterFilter& filter) {
  return filter.ids.empty() && filter.call.empty() && filter.reason.empty() && !filter.since &&
         !filter.until;
}

}  // namespace autopulse::callevents::adapter
