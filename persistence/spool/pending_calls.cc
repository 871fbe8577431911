#include "persistence/spool/pending_calls.h"

namespace autopulse::callevents::persistence::spool {

void PendingCalls::Add(absl::string_view call) {
  const absl::MutexLock lock(&mutex_);
  ++count_;
  Note(call);
}

void PendingCalls::Remove(std::int64_t count) {
  const absl::MutexLock lock(&mutex_);
  count_ -= count;
  if (count_ != 0) return;
  calls_.clear();
  too_many_ = false;
}

void PendingCalls::AddCall(absl::string_view call) {
  const absl::MutexLock lock(&mutex_);
  Note(call);
}

bool PendingCalls::MayInclude(absl::string_view call) const {
  if (count_ == 0) return false;
  const absl::MutexLock lock(&mutex_);
  return too_many_ || calls_.contains(call);
}

void PendingCalls::Note(absl::string_view call) {
  if (too_many_) return;
  calls_.emplace(call);
  if (calls_.size() <= kMostCalls) return;
  too_many_ = true;
  calls_ = {};
}

}  // namespace autopulse::callevents::persistence::spool
