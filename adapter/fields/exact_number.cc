#include "adapter/fields/exact_number.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "services/base/limits.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr std::int64_t kMoneyScale = 10'000;
constexpr int kMoneyDecimals = 4;

// What stands before an exponent, and the exponent.
struct Parts {
  absl::string_view mantissa;
  std::int64_t exponent = 0;
};

Parts Split(absl::string_view number) {
  const auto mark =
      std::find_if(number.begin(), number.end(), [](char c) { return c == 'e' || c == 'E'; });
  if (mark == number.end()) return {number};
  const auto before = static_cast<std::size_t>(mark - number.begin());
  absl::string_view exponent = number.substr(before + 1);
  if (!exponent.empty() && exponent.front() == '+') exponent.remove_prefix(1);
  // An exponent that is no int32 is far beyond every column; its sign is what counts.
  std::int32_t parsed = exponent.substr(0, 1) == "-" ? std::numeric_limits<std::int32_t>::min()
                                                     : std::numeric_limits<std::int32_t>::max();
  static_cast<void>(absl::SimpleAtoi(exponent, &parsed));
  return {number.substr(0, before), parsed};
}

// An integer that is written digit by digit.
class Digits {
 public:
  explicit Digits(bool negative) : sign_(negative ? -1 : 1) {}

  // Puts one behind the others. False if that is outside int64.
  bool Append(int digit) { return !__builtin_mul_overflow(value_, 10, &value_) && Add(digit); }

  // Adds to the last one, away from zero. False if that is outside int64.
  bool Add(int amount) { return !__builtin_add_overflow(value_, sign_ * amount, &value_); }

  std::int64_t value() const { return value_; }

 private:
  const int sign_;
  std::int64_t value_ = 0;
};

}  // namespace

std::optional<std::int64_t> ScaledInteger(absl::string_view number, int decimals,
                                          Rounding rounding) {
  const bool negative = absl::ConsumePrefix(&number, "-");
  const auto [mantissa, exponent] = Split(number);
  const std::size_t whole = std::min(mantissa.find('.'), mantissa.size());
  // So many digits make the integer; of those that follow only the first one can matter.
  std::int64_t kept = static_cast<std::int64_t>(whole) + exponent + decimals;
  Digits digits(negative);
  for (std::size_t i = 0; i < mantissa.size() && kept >= 0; ++i) {
    if (i == whole) continue;
    const int digit = mantissa[i] - '0';
    if (kept-- > 0) {
      if (!digits.Append(digit)) return std::nullopt;
    } else if (digit >= 5 && rounding == Rounding::kHalfAwayFromZero) {
      if (!digits.Add(1)) return std::nullopt;
    }
  }
  for (; kept > 0 && digits.value() != 0; --kept) {
    if (!digits.Append(0)) return std::nullopt;
  }
  return digits.value();
}

std::optional<std::string> MoneyText(absl::string_view number) {
  const auto scaled = ScaledInteger(number, kMoneyDecimals, Rounding::kHalfAwayFromZero);
  if (!scaled.has_value() || *scaled > base::kMaxTenThousandths ||
      *scaled < -base::kMaxTenThousandths)
    return std::nullopt;
  const std::int64_t amount = std::abs(*scaled);
  std::string text = absl::StrFormat("%s%d.%04d", *scaled < 0 ? "-" : "", amount / kMoneyScale,
                                     amount % kMoneyScale);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace autopulse::callevents::adapter
