#include "clients/cpp/callctl/terminal_text.h"

#include <locale.h>
#include <wchar.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace autopulse::callevents::callctl {
namespace {

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
    const base::Character next = base::DecodeCharacter(word);
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

std::size_t DisplayWidth(absl::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const base::Character next = base::DecodeCharacter(text);
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
