#pragma once

#include <chrono>
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

// The machine's own clock as it is now, and from then on the time that has really passed: setting
// the machine's clock does not move it. For pauses and deadlines.
inline Clock SteadyClock() {
  return [begin = absl::Now(), steady_begin = std::chrono::steady_clock::now()] {
    return begin + absl::FromChrono(std::chrono::steady_clock::now() - steady_begin);
  };
}

}  // namespace autopulse::callevents::base
