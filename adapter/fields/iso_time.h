#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace autopulse::callevents::adapter {

// Reads `2025-06-20T08:22:59.677Z`: a date, alone or with a time of day behind `T` or a space.
//
// Seconds may be left out. Behind them, after `.` or `,`, are any number of digits; those beyond
// microseconds are dropped. The offset is `Z`, `+hh:mm`, `+hhmm`, `+hh`, each with `-` as well, or
// none, and then the time is UTC. What is left out is zero. Nothing if it is not that, or not
// within the years 1 to 9999.
std::optional<absl::Time> ParseIsoTime(absl::string_view text);

}  // namespace autopulse::callevents::adapter
