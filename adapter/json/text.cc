#include "adapter/json/text.h"

#include "absl/strings/str_replace.h"

namespace autopulse::callevents::adapter {

absl::string_view CutUtf8(absl::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

bool HasNul(absl::string_view text) { return text.find('\0') != absl::string_view::npos; }

std::string WithoutNul(absl::string_view text) {
  return absl::StrReplaceAll(text, {{absl::string_view("\0", 1), "\xef\xbf\xbd"}});
}

}  // namespace autopulse::callevents::adapter
