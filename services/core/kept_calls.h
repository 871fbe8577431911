#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/core/event_id_set.h"
#include "services/domain/call.h"
#include "services/domain/fold.h"

namespace autopulse::callevents::core {

// A call as its journal made it, up to and with its newest event [O3].
struct KeptCall {
  domain::Call call;               // its row
  std::int64_t last_sequence = 0;  // of its newest event
  domain::FoldedCall folded;
  EventIdSet event_ids = EventIdSet::Unknown();
  absl::Time time;                           // when it was recorded
  std::optional<std::int64_t> data_version;  // of the database then: CallWriter::DataVersion
};

// Remembers the calls that were written to last, so that the next event need not read them again.
// What is kept is never trusted unasked: all of it holds while the database has the same version,
// what the call was folded to for as long as its newest event is the same; and neither for long,
// for events may be folded away behind it [F1]. Thread-safe.
class KeptCalls {
 public:
  // Remembers at least the last `capacity` calls, at most twice as many.
  explicit KeptCalls(std::size_t capacity) : capacity_(capacity) {}

  // Takes what is kept of a call out; null if there is nothing, or it is older than `kMaxAge`.
  std::unique_ptr<KeptCall> Take(std::int64_t call_id, absl::Time now);

  // `kept` is not null.
  void Put(std::unique_ptr<KeptCall> kept);

  static constexpr absl::Duration kMaxAge = absl::Minutes(10);

 private:
  using Generation = std::unordered_map<std::int64_t, std::unique_ptr<KeptCall>>;

  const std::size_t capacity_;
  absl::Mutex mutex_;
  Generation young_ ABSL_GUARDED_BY(mutex_);
  Generation old_ ABSL_GUARDED_BY(mutex_);  // forgotten together, once `young_` is full
};

}  // namespace autopulse::callevents::core
