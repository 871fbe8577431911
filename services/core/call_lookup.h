#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "services/base/work_queue.h"
#include "services/core/call_store.h"
#include "services/domain/call.h"

namespace autopulse::callevents::core {

// Finds single calls for many who ask at once: those that are asked for together, and while the
// database answers, go together in one question. Thread-safe.
class CallLookup {
 public:
  using Done = std::function<void(absl::StatusOr<domain::Call>)>;

  // Asks on the threads of `workers`. Both must outlive this.
  CallLookup(CallStore& store, base::WorkQueue& workers) : store_(store), workers_(workers) {}

  // Returns when all is told.
  ~CallLookup();
  CallLookup(const CallLookup&) = delete;
  CallLookup& operator=(const CallLookup&) = delete;

  // Calls `done` with the call, with NOT_FOUND if there is none, or with why the database could not
  // be asked, after the next `Flush`. It must be quick and must not throw.
  void Find(std::int64_t call_id, Done done);

  // Finds what was asked for: on this thread what the store has at hand, which is sooner than a
  // worker would be awake; the rest on threads of the workers, so that this never waits.
  void Flush();

 private:
  struct Wanted {
    std::int64_t call_id;
    Done done;
  };

  // A question for all of `wanted`, and what each is told of its answer.
  class Question;

  void LeaveToWorkers(std::vector<Wanted> wanted);
  void Schedule() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run();
  // As many as go in one question; those that came first.
  static std::vector<Wanted> Take(std::vector<Wanted>& waiting);

  CallStore& store_;
  base::WorkQueue& workers_;
  absl::Mutex mutex_;
  std::vector<Wanted> asked_for_ ABSL_GUARDED_BY(mutex_);    // since the last flush
  std::vector<Wanted> for_workers_ ABSL_GUARDED_BY(mutex_);  // not at hand
  std::size_t running_ ABSL_GUARDED_BY(mutex_) = 0;          // questions of workers
};

}  // namespace autopulse::callevents::core
