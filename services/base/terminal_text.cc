#include "services/base/terminal_text.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace autopulse::callevents::base {
namespace {

constexpr std::uint8_t kLengthOfFirstByte[] = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 3, 4};

bool DrivesTerminal(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) ||        // C0, DEL, C1
         code == 0x061c || code == 0x200e || code == 0x200f ||  // direction marks
         (code >= 0x2028 && code <= 0x202e) ||  // line separators, embedding and override
         (code >= 0x2066 && code <= 0x2069) ||  // isolates
         (code >= 0xe0000 && code <= 0xe007f);  // tags, which nobody sees
}

std::string Escaped(char32_t code) {
  switch (code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  const auto number = static_cast<std::uint32_t>(code);
  if (number <= 0xff) return absl::StrFormat("\\x%02x", number);
  if (number <= 0xffff) return absl::StrFormat("\\u%04x", number);
  return absl::StrFormat("\\U%08x", number);
}

}  // namespace

Character DecodeCharacter(absl::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::size_t length = kLengthOfFirstByte[byte(0) >> 4];
  if (length == 1) return {.code = byte(0), .bytes = 1, .valid = true};
  if (length == 0 || length > text.size() || byte(0) > 0xf4) return {};
  char32_t code = byte(0) & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3f);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {};
  return {.code = code, .bytes = length, .valid = true};
}

std::string EscapeForTerminal(absl::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const Character next = DecodeCharacter(text);
    if (!next.valid) {
      safe += Escaped(static_cast<std::uint8_t>(text[0]));
    } else if (DrivesTerminal(next.code)) {
      safe += Escaped(next.code);
    } else {
      absl::StrAppend(&safe, text.substr(0, next.bytes));
    }
    text.remove_prefix(next.bytes);
  }
  return safe;
}

}  // namespace autopulse::callevents::base
