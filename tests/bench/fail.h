#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

namespace autopulse::callevents::bench {

// Ends the program: a measurement that went wrong must not look like one.
[[noreturn]] inline void Fail(const std::string& what) {
  std::cerr << what << std::endl;
  std::exit(1);
}

// Nanoseconds of the clock that never goes back.
inline std::int64_t Now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace autopulse::callevents::bench
