#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/bench/fail.h"

namespace autopulse::callevents::bench {

// The least that recording an event means, in the tables of the real schema: look whether the call
// is there, write the event into the journal, write the call's status; and the lines of a report.
inline constexpr std::size_t kSteps = 6;
inline constexpr std::size_t kReportStep = kSteps - 1;
inline constexpr std::size_t kReportLines = 20;
inline constexpr std::size_t kAbreast = 64;

// The status that a call has after a step.
inline const char* StatusAfter(std::size_t step) {
  constexpr const char* kStatuses[kSteps] = {"Ready",     "Ringing",   "In Progress",
                                             "Completed", "Completed", "Completed"};
  return kStatuses[step];
}

// What a journal row's event id is: as long as those of the adapter.
inline std::string EventIdOf(std::size_t step) {
  return "event-of-the-raw-limit-with-43-characters-" + std::to_string(step);
}

// One line of a transcript, of a usual length.
inline const std::string& Line() {
  static const auto& line = *new std::string(90, 'x');
  return line;
}

// How long, and on which calls.
struct RawOptions {
  std::string database;     // an SQLite file, or a URL of PostgreSQL; the folder for fdatasync
  std::size_t group = 1;    // events in one transaction
  std::size_t clients = 1;  // connections; SQLite has one
  double seconds = 5;
  double warm_up = 1;  // before: the log grows until it is used again, which costs more
  std::uint64_t first_call = 0;
  std::size_t calls = 0;  // that are registered
};

// What was done in how long.
struct RawResult {
  std::size_t measured = 0;  // events
  double seconds = 0;
};

// The time of a measurement, which begins when it is made.
class RawClock {
 public:
  explicit RawClock(const RawOptions& options)
      : measured_from_(Now() + static_cast<std::int64_t>(options.warm_up * 1e9)),
        end_(measured_from_ + static_cast<std::int64_t>(options.seconds * 1e9)) {}

  bool warm() const { return Now() >= measured_from_; }
  bool over() const { return Now() >= end_; }
  double MeasuredSeconds() const { return static_cast<double>(Now() - measured_from_) / 1e9; }

 private:
  const std::int64_t measured_from_;
  const std::int64_t end_;
};

// SQLite's C API, WAL, synchronous=FULL, on one connection. Ends the program if anything fails.
RawResult RunSqlite(const RawOptions& options);

// libpq, each connection on a thread. With groups of one, a transaction is begun, done and
// committed statement by statement; larger groups are written by one statement for each table.
RawResult RunPostgresql(const RawOptions& options);

}  // namespace autopulse::callevents::bench
