#include "services/base/fair_mutex.h"

namespace autopulse::callevents::base {

void FairMutex::lock() {
  const absl::MutexLock lock(&mutex_);
  const std::uint64_t before = asked_++;
  const auto is_next = [this, before]()
                           ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return given_back_ == before; };
  mutex_.Await(absl::Condition(&is_next));
}

void FairMutex::unlock() {
  const absl::MutexLock lock(&mutex_);
  ++given_back_;
}

bool FairMutex::try_lock() {
  const absl::MutexLock lock(&mutex_);
  if (given_back_ != asked_) return false;
  ++asked_;
  return true;
}

}  // namespace autopulse::callevents::base
