#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/base/terminal_text.h"

// Text of strangers on somebody's terminal.
namespace autopulse::callevents::callctl {

using base::EscapeForTerminal;  // the log's, so that both show the same

// Returns how many columns `text` takes: two for wide characters, none for combining ones. `text`
// must come from `EscapeForTerminal`.
std::size_t DisplayWidth(absl::string_view text);

// Breaks `text`, which must come from `EscapeForTerminal`, into lines of at most `width` columns:
// between words, or within a word that is longer than a line. At least one line; `width` > 1.
std::vector<std::string> WrapText(absl::string_view text, std::size_t width);

}  // namespace autopulse::callevents::callctl
