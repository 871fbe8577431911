#include "services/base/hex.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace autopulse::callevents::base {

std::optional<std::string> BytesOfHex(absl::string_view digits) {
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const absl::string_view pair = digits.substr(i, 2);
    std::uint32_t byte = 0;
    // SimpleHexAtoi takes blanks, signs and `0x` as well.
    if (pair.size() != 2 || !absl::ascii_isxdigit(static_cast<unsigned char>(pair[0])) ||
        !absl::ascii_isxdigit(static_cast<unsigned char>(pair[1])) ||
        !absl::SimpleHexAtoi(pair, &byte)) {
      return std::nullopt;
    }
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

}  // namespace autopulse::callevents::base
