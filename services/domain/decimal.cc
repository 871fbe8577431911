#include "services/domain/decimal.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace autopulse::callevents::domain {
namespace {

constexpr int kPlaces = 4;
constexpr std::int64_t kOne = 10'000;

bool AllDigits(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

absl::Status Malformed() {
  return absl::InvalidArgumentError("is not a decimal number such as 0.1053");
}

absl::Status TooLarge() { return absl::InvalidArgumentError("is beyond 999999.9999"); }

}  // namespace

absl::StatusOr<Decimal> ParseDecimal(absl::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  absl::string_view whole = text.substr(0, point);
  const absl::string_view fraction =
      point == absl::string_view::npos ? absl::string_view() : text.substr(point + 1);
  if (whole.empty() || !AllDigits(whole) || !AllDigits(fraction)) return Malformed();
  if (point != absl::string_view::npos && fraction.empty()) return Malformed();

  while (!whole.empty() && whole.front() == '0') whole.remove_prefix(1);
  if (whole.size() > 6) return TooLarge();
  std::int64_t units = 0;
  for (const char c : whole) units = units * 10 + (c - '0');
  for (std::size_t i = 0; i < kPlaces; ++i) {
    units = units * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  if (fraction.size() > kPlaces && fraction[kPlaces] >= '5') ++units;
  if (units > kMaxDecimalTenThousandths) return TooLarge();
  return Decimal{negative ? -units : units};
}

std::string ToString(Decimal decimal) {
  const std::int64_t magnitude =
      decimal.ten_thousandths < 0 ? -decimal.ten_thousandths : decimal.ten_thousandths;
  std::string text = absl::StrCat(decimal.ten_thousandths < 0 ? "-" : "", magnitude / kOne);
  if (magnitude % kOne == 0) return text;
  absl::StrAppendFormat(&text, ".%04d", magnitude % kOne);
  while (text.back() == '0') text.pop_back();
  return text;
}

}  // namespace autopulse::callevents::domain
