#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace autopulse::callevents::adapter {

// Reads `2025-06-20T08:22:59.677Z`: date and time of RFC 3339, with `T` or a space between them,
// any number of digits of a second (those beyond microseconds are dropped) and `Z`, `+hh:mm`,
// `+hhmm` or nothing behind it; without an offset the time is UTC. Nothing if it is not that, or
// not within the years 1 to 9999.
std::optional<absl::Time> ParseIsoTime(absl::string_view text);

}  // namespace autopulse::callevents::adapter
