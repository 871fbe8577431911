#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace autopulse::callevents::adapter {

// Lets one thread at a time work on a call, in the order in which they came [O7]. Threads that work
// on other calls do not wait. Thread-safe.
class CallTurns {
 private:
  struct Queue {
    std::int64_t next = 0;
    std::int64_t serving = 0;
  };
  using Queues = std::map<std::string, Queue>;

 public:
  // A turn, over when it goes out of scope.
  class Turn {
   public:
    // Waits until it is this thread's turn for `call`.
    Turn(CallTurns& turns, const std::string& call);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    CallTurns& turns_;
    Queues::iterator queue_;
  };

 private:
  absl::Mutex mutex_;
  Queues queues_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace autopulse::callevents::adapter
