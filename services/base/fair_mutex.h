#pragma once

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace autopulse::callevents::base {

// A mutex that is handed to who has waited longest. absl::Mutex and std::mutex go to whoever comes
// first after they were given back, and that is who has just had it, if it wants it again at once:
// who waits is not awake yet, again and again, for seconds. Costs twice as much as those; for what
// is held long and wanted seldom by more than one.
//
// To be held by std::unique_lock and its like. Thread-safe.
class ABSL_LOCKABLE FairMutex {
 public:
  FairMutex() = default;
  FairMutex(const FairMutex&) = delete;
  FairMutex& operator=(const FairMutex&) = delete;

  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION();
  void unlock() ABSL_UNLOCK_FUNCTION();

  // Takes it if nobody has it or waits for it. Whether it did.
  bool try_lock() ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true);

 private:
  absl::Mutex mutex_;
  std::uint64_t asked_ ABSL_GUARDED_BY(mutex_) = 0;       // how often it was asked for
  std::uint64_t given_back_ ABSL_GUARDED_BY(mutex_) = 0;  // how often it was given back
};

}  // namespace autopulse::callevents::base
