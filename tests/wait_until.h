#pragma once

#include <functional>
#include <thread>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace autopulse::callevents {

// Returns as soon as `condition` holds. After a minute the test fails, saying what it waited for.
inline void WaitUntil(const std::function<bool()>& condition, absl::string_view what) {
  const absl::Time end = absl::Now() + absl::Minutes(1);
  while (!condition()) {
    ASSERT_LT(absl::Now(), end) << "waited in vain: " << what;
    std::this_thread::yield();
  }
}

}  // namespace autopulse::callevents
