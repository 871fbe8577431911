#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter {

// What happens to the digits that a number has beyond those asked for.
enum class Rounding {
  kTowardZero,        // they are dropped [T5]
  kHalfAwayFromZero,  // as NUMERIC columns round [R3]
};

// The JSON number `number` times 10^`decimals`, as an integer, computed from its own digits: no
// binary fraction comes into it. Exponents are understood. Nothing if it is outside int64.
std::optional<std::int64_t> ScaledInteger(absl::string_view number, int decimals,
                                          Rounding rounding);

// The JSON number `number` as the decimal text of a NUMERIC(10,4): `0.1386`, `-2.5`, `0`; rounded,
// without zeros at the end. Nothing if it has more than six digits before the point.
// Source: rule R3.
std::optional<std::string> MoneyText(absl::string_view number);

}  // namespace autopulse::callevents::adapter
