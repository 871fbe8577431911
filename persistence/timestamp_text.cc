#include "persistence/timestamp_text.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace autopulse::callevents::persistence {
namespace {

constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
constexpr std::int64_t kMicrosecondsPerDay = 86'400 * kMicrosecondsPerSecond;
constexpr Timestamp kUnreadableTimestamp{Timestamp::kUnreadable};

// Reads a text from the left.
class Cursor {
 public:
  Cursor(const char* data, std::size_t size) : next_(data), end_(data + size) {}

  bool done() const { return next_ == end_; }

  // Takes one character if it is `wanted`.
  bool Take(char wanted) {
    if (done() || *next_ != wanted) return false;
    ++next_;
    return true;
  }

  // Takes exactly `count` digits.
  std::optional<int> TakeNumber(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) {
      const std::optional<int> digit = TakeDigit();
      if (!digit) return std::nullopt;
      value = value * 10 + *digit;
    }
    return value;
  }

  std::optional<int> TakeDigit() {
    if (done() || *next_ < '0' || *next_ > '9') return std::nullopt;
    return *next_++ - '0';
  }

 private:
  const char* next_;
  const char* end_;
};

// `2026-01-31`, as days since 1970.
std::optional<std::int64_t> TakeDate(Cursor& cursor) {
  const auto year = cursor.TakeNumber(4);
  if (!year || !cursor.Take('-')) return std::nullopt;
  const auto month = cursor.TakeNumber(2);
  if (!month || !cursor.Take('-')) return std::nullopt;
  const auto day = cursor.TakeNumber(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

// `12:00`, in minutes.
std::optional<std::int64_t> TakeMinutes(Cursor& cursor) {
  const auto hours = cursor.TakeNumber(2);
  if (!hours || *hours > 23) return std::nullopt;
  cursor.Take(':');  // PostgreSQL writes `+02` and others `+0200`
  if (cursor.done()) return *hours * 60;
  const auto minutes = cursor.TakeNumber(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return *hours * 60 + *minutes;
}

// `12:00`, `12:00:30` or `12:00:30.25`, in microseconds.
std::optional<std::int64_t> TakeTimeOfDay(Cursor& cursor) {
  const auto minutes = TakeMinutes(cursor);
  if (!minutes) return std::nullopt;
  std::int64_t microseconds = *minutes * 60 * kMicrosecondsPerSecond;
  if (!cursor.Take(':')) return microseconds;
  const auto seconds = cursor.TakeNumber(2);
  if (!seconds || *seconds > 59) return std::nullopt;
  microseconds += *seconds * kMicrosecondsPerSecond;
  if (!cursor.Take('.')) return microseconds;
  std::int64_t unit = kMicrosecondsPerSecond;
  while (const auto digit = cursor.TakeDigit()) {
    unit /= 10;
    microseconds += *digit * unit;
  }
  return microseconds;
}

// `Z`, `+02:00` or nothing, in microseconds.
std::optional<std::int64_t> TakeOffset(Cursor& cursor) {
  if (cursor.done() || cursor.Take('Z')) return 0;
  const bool behind = cursor.Take('-');
  if (!behind && !cursor.Take('+')) return std::nullopt;
  const auto minutes = TakeMinutes(cursor);
  if (!minutes) return std::nullopt;
  const std::int64_t microseconds = *minutes * 60 * kMicrosecondsPerSecond;
  return behind ? -microseconds : microseconds;
}

void PutDigits(char* to, int count, std::int64_t value) {
  for (int i = count - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

TimestampText::TimestampText(Timestamp timestamp) {
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::microseconds> time{
      std::chrono::microseconds{timestamp.microseconds}};
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  text_ = {' ', ' ', ' ', ' ', '-', ' ', ' ', '-', ' ', ' ', ' ', ' ', ' ',
           ':', ' ', ' ', ':', ' ', ' ', '.', ' ', ' ', ' ', ' ', ' ', ' '};
  PutDigits(&text_[0], 4, int{date.year()});
  PutDigits(&text_[5], 2, unsigned{date.month()});
  PutDigits(&text_[8], 2, unsigned{date.day()});
  PutDigits(&text_[11], 2, clock.hours().count());
  PutDigits(&text_[14], 2, clock.minutes().count());
  PutDigits(&text_[17], 2, clock.seconds().count());
  PutDigits(&text_[20], 6, clock.subseconds().count());
}

Timestamp ReadTimestamp(const char* data, std::size_t size) {
  Cursor cursor(data, size);
  const auto days = TakeDate(cursor);
  if (!days) return kUnreadableTimestamp;
  const std::int64_t midnight = *days * kMicrosecondsPerDay;
  if (cursor.done()) return {midnight};
  if (!cursor.Take(' ') && !cursor.Take('T')) return kUnreadableTimestamp;
  const auto time_of_day = TakeTimeOfDay(cursor);
  if (!time_of_day) return kUnreadableTimestamp;
  const auto offset = TakeOffset(cursor);
  if (!offset || !cursor.done()) return kUnreadableTimestamp;
  return {midnight + *time_of_day - *offset};
}

}  // namespace autopulse::callevents::persistence
