#include "services/base/duration.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace autopulse::callevents::base {
namespace {

// Longer ones are meant to be endless, and would overflow where they are added to a time.
constexpr absl::Duration kLongestDuration = absl::Hours(24 * 365 * 20);

// `30d`, or what absl::ParseDuration takes, which knows no days.
bool Parse(absl::string_view text, absl::Duration& value) {
  absl::string_view days = text;
  std::int32_t count = 0;
  if (!absl::ConsumeSuffix(&days, "d") || !absl::SimpleAtoi(days, &count)) {
    return absl::ParseDuration(text, &value);
  }
  value = absl::Hours(24) * count;
  return true;
}

}  // namespace

std::optional<absl::Duration> ReadDuration(absl::string_view text) {
  absl::Duration value;
  if (!Parse(text, value) || value < absl::ZeroDuration() || value > kLongestDuration) {
    return std::nullopt;
  }
  return value;
}

}  // namespace autopulse::callevents::base
