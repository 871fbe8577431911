#include "adapter/json/utf8.h"

#include "absl/strings/str_replace.h"

namespace autopulse::callevents::adapter {

absl::string_view CutUtf8(absl::string_view text, std::size_t max_length) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) == 0x80) continue;
    if (length == max_length) return text.substr(0, i);
    ++length;
  }
  return text;
}

bool HasNul(absl::string_view text) { return text.find('\0') != absl::string_view::npos; }

std::string WithoutNul(absl::string_view text) {
  return absl::StrReplaceAll(text, {{absl::string_view("\0", 1), "\xef\xbf\xbd"}});
}

}  // namespace autopulse::callevents::adapter
