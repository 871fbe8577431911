#include "clients/cpp/callctl/terminal_text.h"

#include <locale.h>
#include <wchar.h>

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace autopulse::callevents::callctl {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;  // how many it takes; 1 if it is none
  bool valid = false;
};

constexpr std::uint8_t kLengthOfFirstByte[] = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 3, 4};

// Decodes the first character of `text`, which is not empty. Refuses what RFC 3629 does: overlong
// forms, surrogates, more than U+10FFFF.
Character Decode(absl::string_view text) {
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

// The widths of the C library are those that terminals go by; they depend on the locale, which the
// rest of the program leaves as it is.
std::size_t CharacterWidth(char32_t code) {
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) return 1;
  const locale_t before = uselocale(utf8);
  const int width = wcwidth(static_cast<wchar_t>(code));
  uselocale(before);
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

// Appends `word` to `lines`, beginning new lines where the last one is full.
void AppendBroken(absl::string_view word, std::size_t width, std::vector<std::string>& lines) {
  std::size_t used = DisplayWidth(lines.back());
  while (!word.empty()) {
    const Character next = Decode(word);
    const std::size_t wide = CharacterWidth(next.code);
    if (used + wide > width) {
      lines.emplace_back();
      used = 0;
    }
    absl::StrAppend(&lines.back(), word.substr(0, next.bytes));
    used += wide;
    word.remove_prefix(next.bytes);
  }
}

}  // namespace

std::string EscapeForTerminal(absl::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const Character next = Decode(text);
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

std::size_t DisplayWidth(absl::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character next = Decode(text);
    width += next.code < 0x80 ? 1 : CharacterWidth(next.code);
    text.remove_prefix(next.bytes);
  }
  return width;
}

std::vector<std::string> WrapText(absl::string_view text, std::size_t width) {
  std::vector<std::string> lines = {""};
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    const std::size_t used = DisplayWidth(lines.back());
    if (used > 0 && used + 1 + DisplayWidth(word) > width) {
      lines.emplace_back();
    } else if (used > 0) {
      lines.back() += ' ';
    }
    AppendBroken(word, width, lines);
  }
  return lines;
}

}  // namespace autopulse::callevents::callctl
