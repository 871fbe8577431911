#include "adapter/fields/iso_time.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/time/civil_time.h"

namespace autopulse::callevents::adapter {
namespace {

// Takes one piece after the other from the front of a text. Once a piece is not there, nothing is.
class Scanner {
 public:
  explicit Scanner(absl::string_view rest) : rest_(rest) {}

  bool failed() const { return failed_; }
  bool done() const { return rest_.empty(); }
  char next() const { return rest_.empty() ? '\0' : rest_.front(); }

  // Exactly `count` digits.
  int Digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!absl::ascii_isdigit(static_cast<unsigned char>(next()))) {
        failed_ = true;
        return 0;
      }
      value = value * 10 + (next() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  // One of the characters of `set`; whether it was there.
  bool Take(absl::string_view set) {
    if (rest_.empty() || set.find(next()) == absl::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void Expect(absl::string_view set) {
    if (!Take(set)) failed_ = true;
  }

 private:
  absl::string_view rest_;
  bool failed_ = false;
};

absl::Duration TakeFraction(Scanner& scanner) {
  if (!scanner.Take(".,")) return absl::ZeroDuration();
  std::int64_t micros = std::int64_t{scanner.Digits(1)} * 100'000;
  std::int64_t place = 10'000;
  while (absl::ascii_isdigit(static_cast<unsigned char>(scanner.next()))) {
    micros += scanner.Digits(1) * place;
    place /= 10;
  }
  return absl::Microseconds(micros);
}

// `20:22:59.677`, or without seconds.
absl::Duration TakeTimeOfDay(Scanner& scanner) {
  const int hour = scanner.Digits(2);
  scanner.Expect(":");
  const int minute = scanner.Digits(2);
  const int second = scanner.Take(":") ? scanner.Digits(2) : 0;
  if (hour > 23 || minute > 59 || second > 60) scanner.Expect("");
  return absl::Hours(hour) + absl::Minutes(minute) + absl::Seconds(second) + TakeFraction(scanner);
}

absl::Duration TakeOffset(Scanner& scanner) {
  if (scanner.done() || scanner.Take("Zz")) return absl::ZeroDuration();
  const bool behind = scanner.next() == '-';
  scanner.Expect("+-");
  const int hours = scanner.Digits(2);
  const bool goes_on = scanner.Take(":") || !scanner.done();
  const int minutes = goes_on ? scanner.Digits(2) : 0;
  if (hours > 23 || minutes > 59) scanner.Expect("");
  const absl::Duration offset = absl::Hours(hours) + absl::Minutes(minutes);
  return behind ? -offset : offset;
}

}  // namespace

std::optional<absl::Time> ParseIsoTime(absl::string_view text) {
  Scanner scanner(text);
  const int year = scanner.Digits(4);
  scanner.Expect("-");
  const int month = scanner.Digits(2);
  scanner.Expect("-");
  const int day = scanner.Digits(2);
  absl::Duration since_midnight_utc;
  if (!scanner.done()) {
    scanner.Expect("Tt ");
    since_midnight_utc = TakeTimeOfDay(scanner);
    since_midnight_utc -= TakeOffset(scanner);
  }
  if (scanner.failed() || !scanner.done()) return std::nullopt;
  // Abseil makes March of the 31st of February; a date that it had to change is none.
  const absl::CivilDay date(year, month, day);
  if (date.year() != year || date.month() != month || date.day() != day) return std::nullopt;
  const absl::Time time =
      absl::FromCivil(absl::CivilSecond(date), absl::UTCTimeZone()) + since_midnight_utc;
  const absl::CivilSecond utc = absl::ToCivilSecond(time, absl::UTCTimeZone());
  if (utc.year() < 1 || utc.year() > 9999) return std::nullopt;
  return time;
}

}  // namespace autopulse::callevents::adapter
