#pragma once

#include <cstdint>
#include <limits>

// What columns hold that no built-in type does. How each database stores it: traits_sqlite.h and
// traits_pgsql.h.
namespace autopulse::callevents::persistence {

// A point in time.
struct Timestamp {
  // What stands in for a time that another program wrote in a way that nobody can read.
  static constexpr std::int64_t kUnreadable = std::numeric_limits<std::int64_t>::min();

  std::int64_t microseconds = 0;  // since 1970-01-01 UTC

  friend bool operator==(Timestamp a, Timestamp b) { return a.microseconds == b.microseconds; }
};

// A number with four decimals, exactly.
struct Numeric {
  std::int64_t ten_thousandths = 0;

  friend bool operator==(Numeric a, Numeric b) { return a.ten_thousandths == b.ten_thousandths; }
};

}  // namespace autopulse::callevents::persistence
