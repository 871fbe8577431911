#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter {

// The first `max_length` characters of `text`, which is UTF-8.
absl::string_view CutUtf8(absl::string_view text, std::size_t max_length);

// Whether `text` holds a NUL, which the databases' text columns do not all keep.
bool HasNul(absl::string_view text);

// `text` with U+FFFD for every NUL.
std::string WithoutNul(absl::string_view text);

}  // namespace autopulse::callevents::adapter
