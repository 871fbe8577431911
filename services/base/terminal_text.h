#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

// Text of strangers on somebody's terminal: in a log, or printed by a command.
namespace autopulse::callevents::base {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;  // how many it takes; 1 if it is none
  bool valid = false;
};

// Decodes the first character of `text`, which is not empty. Refuses what RFC 3629 does: overlong
// forms, surrogates, more than U+10FFFF.
Character DecodeCharacter(absl::string_view text);

// Returns `text` on one line and with nothing in it that drives a terminal: control characters,
// what turns the direction of writing, and bytes that are not UTF-8 are written `\n`, `\x1b`,
// `\u202e`.
std::string EscapeForTerminal(absl::string_view text);

}  // namespace autopulse::callevents::base
