#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "services/base/clock.h"
#include "services/base/work_queue.h"
#include "services/core/call_store.h"
#include "services/domain/call.h"

namespace autopulse::callevents::core {

// Finds single calls for many who ask at once: those that are asked for together, and while the
// database answers, go together in one question. Thread-safe.
class CallLookup {
 public:
  using Done = std::function<void(absl::StatusOr<domain::Call>)>;

  // Asks on the threads of `workers`. Both must outlive this. `clock` tells how long it took.
  CallLookup(CallStore& store, base::WorkQueue& workers, base::Clock clock = base::SteadyClock())
      : store_(store), workers_(workers), clock_(std::move(clock)) {}

  // Returns when all is told.
  ~CallLookup();
  CallLookup(const CallLookup&) = delete;
  CallLookup& operator=(const CallLookup&) = delete;

  // Calls `done` with the call, with NOT_FOUND if there is none, or with why the database could not
  // be asked, after the next `Flush`. It must be quick and must not throw.
  void Find(std::int64_t call_id, Done done);

  // Finds what was asked for, on threads of the workers. A store of our own that has answered soon
  // the last time is asked on this thread instead, which is sooner than a worker would be awake.
  void Flush();

 private:
  struct Wanted {
    std::int64_t call_id;
    Done done;
  };

  void Schedule() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run();
  std::vector<Wanted> Take();
  void Answer(const std::vector<Wanted>& wanted);

  CallStore& store_;
  base::WorkQueue& workers_;
  const base::Clock clock_;
  std::atomic<bool> is_slow_ = false;
  absl::Mutex mutex_;
  std::vector<Wanted> waiting_ ABSL_GUARDED_BY(mutex_);
  std::size_t running_ ABSL_GUARDED_BY(mutex_) = 0;  // questions of workers
};

}  // namespace autopulse::callevents::core
