#pragma once

#include <deque>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace autopulse::callevents::adapter::http {

// What may block and waits for a thread, first in, first out. Thread-safe.
//
// Of the threads that wait for work the last to have worked is woken first: its memory is warm, and
// at a low rate few of many threads are ever used. No more than one is being woken at a time, and
// it wakes the next if there is still work when it is up: often those that are awake have done it
// by then, and waking a thread costs more than a small request.
class RequestQueue {
 public:
  using Work = absl::AnyInvocable<void()>;

  // Gives `work` to a thread.
  void Put(Work work);

  // Waits for work. Null once the queue is closed and empty.
  Work Take();

  void Close();

 private:
  struct IdleThread {
    absl::CondVar woken;
    bool is_woken = false;
  };

  void WakeOne() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  std::deque<Work> waiting_ ABSL_GUARDED_BY(mutex_);
  std::vector<IdleThread*> idle_ ABSL_GUARDED_BY(mutex_);
  bool is_waking_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace autopulse::callevents::adapter::http
