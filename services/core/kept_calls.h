#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/domain/fold.h"

namespace autopulse::callevents::core {

// A call as its journal made it, up to and with the event of this sequence [O3].
struct KeptCall {
  std::int64_t last_sequence = 0;
  absl::Time time;  // when it was recorded
  domain::FoldedCall folded;
};

// Remembers what the calls that were written to last have been folded to, so that the next event
// need not read the whole journal again. It is never trusted unasked: it holds for as long as the
// newest event of the call is the one that it names, and not for long, for events may be folded
// away behind it [F1]. Thread-safe.
class KeptCalls {
 public:
  // Remembers at least the last `capacity` calls, at most twice as many.
  explicit KeptCalls(std::size_t capacity) : capacity_(capacity) {}

  // Takes what is kept of a call out. Nothing unless it is of the event of `last_sequence`, and not
  // older than `kMaxAge`.
  std::optional<KeptCall> Take(std::int64_t call_id, std::int64_t last_sequence, absl::Time now);

  void Put(std::int64_t call_id, KeptCall kept);

  static constexpr absl::Duration kMaxAge = absl::Minutes(10);

 private:
  using Generation = std::unordered_map<std::int64_t, KeptCall>;

  const std::size_t capacity_;
  absl::Mutex mutex_;
  Generation young_ ABSL_GUARDED_BY(mutex_);
  Generation old_ ABSL_GUARDED_BY(mutex_);  // forgotten together, once `young_` is full
};

}  // namespace autopulse::callevents::core
