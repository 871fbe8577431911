#include "clients/cpp/callctl/formatting.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace autopulse::callevents::callctl {

std::string FormatTime(const google::protobuf::Timestamp& time) {
  const absl::Time exact = absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
  const absl::Time shown = absl::FromUnixMillis(absl::ToUnixMillis(exact));
  const bool whole = absl::FromUnixSeconds(absl::ToUnixSeconds(shown)) == shown;
  return absl::FormatTime(whole ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%dT%H:%M:%E3SZ", shown,
                          absl::UTCTimeZone());
}

std::string FormatDuration(const google::protobuf::Duration& duration) {
  const absl::Duration exact =
      absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
  const absl::Duration shown = absl::Trunc(exact, absl::Milliseconds(1));
  if (shown == absl::ZeroDuration()) return "0s";
  // Abseil writes less than a second as `250ms`, which is what callctl reads, too.
  return absl::FormatDuration(shown);
}

std::string FormatCost(const std::string& cost_usd) {
  if (cost_usd.empty()) return "";
  if (absl::StartsWith(cost_usd, "-")) return absl::StrCat("-$", cost_usd.substr(1));
  return absl::StrCat("$", cost_usd);
}

std::string LastSegment(const std::string& name) { return name.substr(name.rfind('/') + 1); }

}  // namespace autopulse::callevents::callctl
