#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter {

// The beginning of `text`, which is UTF-8, in at most `max_bytes`, without a half character.
absl::string_view CutUtf8(absl::string_view text, std::size_t max_bytes);

// Whether `text` holds a NUL, which the databases' text columns do not all keep.
bool HasNul(absl::string_view text);

// `text` with U+FFFD for every NUL.
std::string WithoutNul(absl::string_view text);

}  // namespace autopulse::callevents::adapter
