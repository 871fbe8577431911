#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "services/base/work_queue.h"
#include "services/core/call_store.h"
#include "services/domain/call.h"

namespace autopulse::callevents::core {

// Finds single calls for many who ask at once. Thread-safe.
//
// A store that answers at once is asked by the thread that wants to know, which is sooner than any
// other would be awake. Only one such thread at a time: if the disk is slow, or stands still, the
// others go on. All else is for the workers: what is asked for while the database answers goes
// together in the next question.
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
  // be asked: on one of the workers' threads, or on this one before it returns. It must be quick
  // and must not throw.
  void Find(std::int64_t call_id, Done done);

 private:
  struct Wanted {
    std::int64_t call_id;
    Done done;
  };

  bool BeginHere();
  void Schedule() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run();
  std::vector<Wanted> Take();
  void Answer(const std::vector<Wanted>& wanted);

  CallStore& store_;
  base::WorkQueue& workers_;
  absl::Mutex mutex_;
  bool is_asking_here_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Wanted> waiting_ ABSL_GUARDED_BY(mutex_);
  std::size_t running_ ABSL_GUARDED_BY(mutex_) = 0;  // questions of the workers
};

}  // namespace autopulse::callevents::core
