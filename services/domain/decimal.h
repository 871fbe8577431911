#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace autopulse::callevents::domain {

// An amount of money as NUMERIC(10,4) holds it: at most six digits before the point and four after,
// never binary [R3].
struct Decimal {
  std::int64_t ten_thousandths = 0;

  friend auto operator<=>(const Decimal&, const Decimal&) = default;
};

// The same as base::kMaxTenThousandths, which services/grpc/validation.cc sees to: the rules
// include nothing of `base`.
inline constexpr std::int64_t kMaxDecimalTenThousandths = 9'999'999'999;

// Reads `0.1053`, `-12`, `3.5`: digits, perhaps with a sign and a point. More than four digits
// after the point are rounded half away from zero [R3].
//
// INVALID_ARGUMENT if `text` is none of these, or beyond 999999.9999 either way.
absl::StatusOr<Decimal> ParseDecimal(absl::string_view text);

// Writes `0.1053`, `12`, `-3.5`: no digit more than needed.
std::string ToString(Decimal decimal);

}  // namespace autopulse::callevents::domain
