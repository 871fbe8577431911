#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace autopulse::callevents::base {

// Reads a duration as settings have it: `250ms`, `5s`, `1m30s`, `30d`. Nothing if `text` is none,
// or one that is negative or longer than 20 years.
std::optional<absl::Duration> ReadDuration(absl::string_view text);

}  // namespace autopulse::callevents::base
