#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "persistence/column_types.h"

namespace autopulse::callevents::persistence {

// A time as SQLite keeps it: `2026-01-31 12:00:00.000000`, in UTC. Texts sort as the times do.
class TimestampText {
 public:
  explicit TimestampText(Timestamp timestamp);

  const char* data() const { return text_.data(); }
  std::size_t size() const { return text_.size(); }
  std::string str() const { return {data(), size()}; }

 private:
  std::array<char, 26> text_;
};

// Reads a time that any program may have written: a date alone, a `T` instead of the space, any
// number of decimals (what is beyond microseconds is dropped), a `Z` or an offset from UTC such as
// `+02:00` behind it. Without an offset it is UTC. `Timestamp::kUnreadable` if it is no time.
Timestamp ReadTimestamp(const char* data, std::size_t size);

}  // namespace autopulse::callevents::persistence
