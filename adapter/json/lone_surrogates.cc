#include "adapter/json/lone_surrogates.h"

#include <cstddef>
#include <cstdint>

#include "services/base/hex.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr std::size_t kEscapeSize = 6;  // `\ud83d`

// The code unit whose escape stands at `at`; zero if none does.
std::uint32_t UnitAt(absl::string_view json, std::size_t at) {
  if (json.substr(at, 2) != "\\u") return 0;
  const std::optional<std::string> bytes = base::BytesOfHex(json.substr(at + 2, 4));
  if (!bytes.has_value() || bytes->size() != 2) return 0;
  const std::uint32_t high = static_cast<std::uint8_t>((*bytes)[0]);
  return high << 8 | static_cast<std::uint8_t>((*bytes)[1]);
}

bool IsFirstHalf(std::uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool IsSecondHalf(std::uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

}  // namespace

std::optional<std::string> ReplaceLoneSurrogates(absl::string_view json) {
  std::optional<std::string> replaced;
  std::size_t at = json.find('\\');
  while (at != absl::string_view::npos && at + kEscapeSize <= json.size()) {
    const std::uint32_t unit = UnitAt(json, at);
    std::size_t size = unit == 0 ? 2 : kEscapeSize;
    if (IsFirstHalf(unit) && IsSecondHalf(UnitAt(json, at + kEscapeSize))) {
      size = 2 * kEscapeSize;
    } else if (IsFirstHalf(unit) || IsSecondHalf(unit)) {
      if (!replaced) replaced.emplace(json);
      replaced->replace(at, kEscapeSize, "\\ufffd");
    }
    at = json.find('\\', at + size);
  }
  return replaced;
}

}  // namespace autopulse::callevents::adapter
