#pragma once

#include <list>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace autopulse::callevents::adapter {

// Has one piece of work done on a call at a time, in the order in which they came [O7]. Work on
// other calls does not wait, and no thread does. Thread-safe.
class CallTurns {
 public:
  using Work = absl::AnyInvocable<void()>;

  // True if it is the caller's turn for `call`. Otherwise `work` is run when it is: by the work
  // before it, as that calls `Leave`.
  bool Enter(const std::string& call, Work work);

  // Ends the turn of the work that runs on `call`, and runs the next.
  void Leave(const std::string& call);

 private:
  absl::Mutex mutex_;
  // Of each call that is worked on: the work that waits.
  absl::flat_hash_map<std::string, std::list<Work>> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace autopulse::callevents::adapter
