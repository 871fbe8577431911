#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/clock.h"

namespace autopulse::callevents::base {

// What anybody may cause as often as he likes is logged in a line a second at most, which says how
// often it was. Thread-safe.
class MergedLine {
 public:
  static constexpr absl::Duration kPause = absl::Seconds(1);

  // Counts one more. If a line is due, returns how many there were since the last one.
  std::optional<std::int64_t> Count() { return Count(clock_()); }

  // The same, at this time.
  std::optional<std::int64_t> Count(absl::Time now) {
    const absl::MutexLock lock(&mutex_);
    ++since_;
    if (now - last_line_ < kPause) return std::nullopt;
    last_line_ = now;
    return std::exchange(since_, 0);
  }

 private:
  const Clock clock_ = SteadyClock();
  absl::Mutex mutex_;
  absl::Time last_line_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::int64_t since_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace autopulse::callevents::base
