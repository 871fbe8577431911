#pragma once

#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace autopulse::callevents::base {

// Where the edges get the time from. No rule reads a clock: time comes in with the event.
using Clock = std::function<absl::Time()>;

// The machine's own clock.
inline Clock SystemClock() {
  return [] { return absl::Now(); };
}

}  // namespace autopulse::callevents::base
