#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

// Text of strangers on somebody's terminal.
namespace autopulse::callevents::callctl {

// Returns `text` on one line and with nothing in it that drives a terminal: control characters,
// what turns the direction of writing, and bytes that are not UTF-8 are written `\n`, `\x1b`,
// `\u202e`.
std::string EscapeForTerminal(absl::string_view text);

// Returns how many columns `text` takes: two for wide characters, none for combining ones. `text`
// must come from `EscapeForTerminal`.
std::size_t DisplayWidth(absl::string_view text);

// Breaks `text`, which must come from `EscapeForTerminal`, into lines of at most `width` columns:
// between words, or within a word that is longer than a line. At least one line; `width` > 1.
std::vector<std::string> WrapText(absl::string_view text, std::size_t width);

}  // namespace autopulse::callevents::callctl
