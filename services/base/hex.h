#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::base {

// The bytes that pairs of hexadecimal digits, large or small, stand for; nothing for any other
// text. (Which of its own ways to do this Abseil has, and which it warns of, differs by release.)
std::optional<std::string> BytesOfHex(absl::string_view digits);

}  // namespace autopulse::callevents::base
