#include "adapter/auth/request_head.h"

#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace autopulse::callevents::adapter::auth {

RequestHead::RequestHead(absl::string_view head) {
  bool is_request_line = true;
  for (const absl::string_view line : absl::StrSplit(head, "\r\n")) {
    if (std::exchange(is_request_line, false)) {
      const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
      if (words.size() >= 2) {
        method_ = words[0];
        target_ = words[1];
      }
      continue;
    }
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == absl::string_view::npos) continue;
    lines_.push_back({.name = line.substr(0, colon),
                      .value = absl::StripAsciiWhitespace(line.substr(colon + 1))});
  }
}

std::vector<absl::string_view> RequestHead::Values(absl::string_view name) const {
  std::vector<absl::string_view> values;
  for (const HeaderLine& line : lines_) {
    if (absl::EqualsIgnoreCase(line.name, name)) values.push_back(line.value);
  }
  return values;
}

}  // namespace autopulse::callevents::adapter::auth
