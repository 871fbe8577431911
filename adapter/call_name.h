#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

// How the service names calls.
namespace autopulse::callevents::adapter {

// Whichever call has the provider's id that the event bears.
inline constexpr absl::string_view kCallByProviderId = "calls/-";

// What the names of calls begin with.
inline constexpr absl::string_view kCallCollection = "calls/";

// `calls/15`.
inline std::string CallName(std::int64_t id) { return absl::StrCat(kCallCollection, id); }

// The number in `calls/15`; nothing in any other text.
inline std::optional<std::int64_t> CallNumber(absl::string_view name) {
  std::int64_t number = 0;
  if (!absl::ConsumePrefix(&name, kCallCollection) || !absl::SimpleAtoi(name, &number)) {
    return std::nullopt;
  }
  return number;
}

}  // namespace autopulse::callevents::adapter
