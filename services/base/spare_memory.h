#pragma once

#include <cstddef>

#include "absl/time/time.h"
#include "services/base/pausing_thread.h"

namespace autopulse::callevents::base {

// Gives memory that the process does not use any more back to the system, from time to time, on a
// thread of its own. After a burst malloc keeps all that lies below one piece that is in use.
class SpareMemory {
 public:
  // How long between two looks, and what a process may have before there is anything to give back.
  static constexpr absl::Duration kInterval = absl::Seconds(5);
  static constexpr std::size_t kAtEaseBytes = std::size_t{64} << 20;

  explicit SpareMemory(absl::Duration interval = kInterval, std::size_t at_ease = kAtEaseBytes);

 private:
  PausingThread thread_;
};

// What this process has in memory, in bytes; 0 if the system does not tell.
std::size_t ResidentBytes();

}  // namespace autopulse::callevents::base
