#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::core {

// Hands everything on to a store, and counts how often that could not be used: a write for which
// there was no room, no database or a damaged one, a read for which there was none. Counts apart
// what may be the fault of either side. Knows, too, how long a write takes that is under way.
// Thread-safe.
class WatchedStore final : public CallStore {
 public:
  // `store` must outlive this.
  explicit WatchedStore(CallStore& store) : store_(store) {}

  bool is_shared() const override { return store_.is_shared(); }
  absl::Status Read(const ReadWork& work) override;
  absl::Status ReadOne(const ReadWork& work) override;
  std::optional<absl::Status> ReadAtHand(const ReadWork& work) override;
  absl::Status Write(const WriteWork& work) override;
  absl::Status WriteAhead(const WriteWork& work) override;
  void WhenDurable(Durable done) override;
  absl::Status Scrub() override { return store_.Scrub(); }

  // How often so far. What is wrong with the work itself, or a race that was lost, does not count.
  std::int64_t failures() const { return failures_; }

  // How often a write has failed for a reason that nobody foresaw: an event that no column holds,
  // or a column that is gone.
  std::int64_t doubts() const { return doubts_; }

  // How long the write that takes longest has been under way; zero if there is none.
  absl::Duration LongestWrite() const;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  absl::Status CountRead(absl::Status status);
  absl::Status CountWrite(absl::Status status);
  SteadyTime BeginWrite();
  void EndWrite(SteadyTime begin);

  CallStore& store_;
  std::atomic<std::int64_t> failures_ = 0;
  std::atomic<std::int64_t> doubts_ = 0;
  mutable absl::Mutex mutex_;
  std::multiset<SteadyTime> writes_ ABSL_GUARDED_BY(mutex_);  // under way, by their beginning
};

}  // namespace autopulse::callevents::core
