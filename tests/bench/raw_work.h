#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "tests/bench/raw_database.h"

namespace autopulse::callevents::bench {

// How a database's own interface is measured, and on which calls.
struct RawOptions {
  std::size_t group = 1;    // events in one transaction
  std::size_t clients = 1;  // connections, each on a thread and with calls of its own
  double seconds = 5;
  double warm_up = 1;  // before: the log grows until it is used again, which costs more
  std::uint64_t first_call = 0;
  std::size_t calls = 0;  // that are registered
};

// How many events a second can be recorded on connections that `open` makes. Ends the program if
// anything fails.
double RawRate(const std::function<std::unique_ptr<RawDatabase>()>& open,
               const RawOptions& options);

}  // namespace autopulse::callevents::bench
