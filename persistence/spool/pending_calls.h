#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace autopulse::callevents::persistence::spool {

// How many events are pending, and which calls they may be of: all that have some, and perhaps
// some that have had. So that nobody need ask the file about a call that nothing waits of.
// Thread-safe.
class PendingCalls {
 public:
  // So many calls are told apart; if there are more, each call may be one of them.
  static constexpr std::size_t kMostCalls = 10'000;

  // An event of this call is about to become pending.
  void Add(absl::string_view call);

  // `count` events are pending no more, or did not become it after all.
  void Remove(std::int64_t count);

  // Events that were pending before, of calls that are told with `AddCall`.
  void SetCount(std::int64_t count) { count_ = count; }
  void AddCall(absl::string_view call);

  std::int64_t count() const { return count_.load(); }

  // Whether an event of this call may be pending.
  bool MayInclude(absl::string_view call) const;

 private:
  void Note(absl::string_view call) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::atomic<std::int64_t> count_{0};
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<std::string> calls_ ABSL_GUARDED_BY(mutex_);
  bool too_many_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace autopulse::callevents::persistence::spool
