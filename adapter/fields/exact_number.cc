#include "adapter/fields/exact_number.h"

#include <cstdlib>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr std::int64_t kMoneyScale = 10'000;
constexpr std::int64_t kMaxMoney = 9'999'999'999;  // 999999.9999
constexpr int kMoneyDecimals = 4;

// digits * 10^exponent, negative or not; `digits` has no zeros in front.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t exponent = 0;
};

Decimal Take(absl::string_view number) {
  Decimal decimal;
  if (!number.empty() && number.front() == '-') {
    decimal.negative = true;
    number.remove_prefix(1);
  }
  const std::size_t mark = number.find_first_of("eE");
  const absl::string_view mantissa = number.substr(0, mark);
  if (mark != absl::string_view::npos) {
    absl::string_view exponent = number.substr(mark + 1);
    if (!exponent.empty() && exponent.front() == '+') exponent.remove_prefix(1);
    // An exponent that is no int32 is far beyond every column; its sign is what counts.
    std::int32_t parsed = exponent.substr(0, 1) == "-" ? std::numeric_limits<std::int32_t>::min()
                                                       : std::numeric_limits<std::int32_t>::max();
    static_cast<void>(absl::SimpleAtoi(exponent, &parsed));
    decimal.exponent = parsed;
  }
  const std::size_t point = mantissa.find('.');
  decimal.digits = std::string(mantissa.substr(0, point));
  if (point != absl::string_view::npos) {
    const absl::string_view fraction = mantissa.substr(point + 1);
    absl::StrAppend(&decimal.digits, fraction);
    decimal.exponent -= static_cast<std::int64_t>(fraction.size());
  }
  decimal.digits.erase(0, decimal.digits.find_first_not_of('0'));
  return decimal;
}

}  // namespace

std::optional<std::int64_t> ScaledInteger(absl::string_view number, int decimals,
                                          Rounding rounding) {
  Decimal decimal = Take(number);
  if (decimal.digits.empty()) return 0;
  const std::int64_t shift = decimal.exponent + decimals;
  const auto length = static_cast<std::int64_t>(decimal.digits.size());
  if (length + shift > std::numeric_limits<std::int64_t>::digits10 + 1) return std::nullopt;
  if (length + shift < 0) return 0;

  bool round_up = false;
  if (shift >= 0) {
    decimal.digits.append(static_cast<std::size_t>(shift), '0');
  } else {
    const auto kept = static_cast<std::size_t>(length + shift);
    round_up = rounding == Rounding::kHalfAwayFromZero && decimal.digits[kept] >= '5';
    decimal.digits.resize(kept);
  }
  std::int64_t value = 0;
  const std::string signed_digits =
      absl::StrCat(decimal.negative ? "-" : "", decimal.digits.empty() ? "0" : decimal.digits);
  if (!absl::SimpleAtoi(signed_digits, &value)) return std::nullopt;
  if (!round_up) return value;
  const std::int64_t limit = decimal.negative ? std::numeric_limits<std::int64_t>::min()
                                              : std::numeric_limits<std::int64_t>::max();
  if (value == limit) return std::nullopt;
  return decimal.negative ? value - 1 : value + 1;
}

std::optional<std::string> MoneyText(absl::string_view number) {
  const auto scaled = ScaledInteger(number, kMoneyDecimals, Rounding::kHalfAwayFromZero);
  if (!scaled.has_value() || *scaled > kMaxMoney || *scaled < -kMaxMoney) return std::nullopt;
  const std::int64_t amount = std::abs(*scaled);
  std::string text = absl::StrFormat("%s%d.%04d", *scaled < 0 ? "-" : "", amount / kMoneyScale,
                                     amount % kMoneyScale);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace autopulse::callevents::adapter
