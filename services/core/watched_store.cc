#include "services/core/watched_store.h"

namespace autopulse::callevents::core {

absl::Status WatchedStore::Read(const ReadWork& work) { return CountRead(store_.Read(work)); }

absl::Status WatchedStore::ReadOne(const ReadWork& work) { return CountRead(store_.ReadOne(work)); }

absl::Status WatchedStore::CountRead(absl::Status status) {
  if (absl::IsUnavailable(status)) ++failures_;
  return status;
}

absl::Duration WatchedStore::LongestWrite() const {
  const absl::MutexLock lock(&mutex_);
  if (writes_.empty()) return absl::ZeroDuration();
  return absl::FromChrono(std::chrono::steady_clock::now() - *writes_.begin());
}

absl::Status WatchedStore::Write(const WriteWork& work) {
  const SteadyTime begin = std::chrono::steady_clock::now();
  {
    const absl::MutexLock lock(&mutex_);
    writes_.insert(begin);
  }
  absl::Status status = store_.Write(work);
  {
    const absl::MutexLock lock(&mutex_);
    writes_.erase(writes_.find(begin));
  }
  if (absl::IsUnavailable(status) || absl::IsResourceExhausted(status)) ++failures_;
  return status;
}

}  // namespace autopulse::callevents::core
