#include "services/core/watched_store.h"

#include <utility>

namespace autopulse::callevents::core {

absl::Status WatchedStore::Read(const ReadWork& work) { return CountRead(store_.Read(work)); }

absl::Status WatchedStore::ReadOne(const ReadWork& work) { return CountRead(store_.ReadOne(work)); }

std::optional<absl::Status> WatchedStore::ReadAtHand(const ReadWork& work) {
  std::optional<absl::Status> status = store_.ReadAtHand(work);
  if (status) status = CountRead(*std::move(status));
  return status;
}

absl::Status WatchedStore::CountRead(absl::Status status) {
  if (absl::IsUnavailable(status)) ++failures_;
  return status;
}

absl::Duration WatchedStore::LongestWrite() const {
  const absl::MutexLock lock(&mutex_);
  if (writes_.empty()) return absl::ZeroDuration();
  return absl::FromChrono(std::chrono::steady_clock::now() - *writes_.begin());
}

WatchedStore::SteadyTime WatchedStore::BeginWrite() {
  const SteadyTime begin = std::chrono::steady_clock::now();
  const absl::MutexLock lock(&mutex_);
  writes_.insert(begin);
  return begin;
}

void WatchedStore::EndWrite(SteadyTime begin) {
  const absl::MutexLock lock(&mutex_);
  writes_.erase(writes_.find(begin));
}

absl::Status WatchedStore::CountWrite(absl::Status status) {
  const bool failed =
      absl::IsUnavailable(status) || absl::IsResourceExhausted(status) || absl::IsDataLoss(status);
  if (failed) ++failures_;
  if (absl::IsInternal(status) || absl::IsUnknown(status)) ++doubts_;
  return status;
}

absl::Status WatchedStore::Write(const WriteWork& work) {
  const SteadyTime begin = BeginWrite();
  absl::Status status = store_.Write(work);
  EndWrite(begin);
  return CountWrite(std::move(status));
}

absl::Status WatchedStore::WriteAhead(const WriteWork& work) {
  const SteadyTime begin = BeginWrite();
  absl::Status status = store_.WriteAhead(work);
  EndWrite(begin);
  return CountWrite(std::move(status));
}

void WatchedStore::WhenDurable(Durable done) {
  store_.WhenDurable([this, begin = BeginWrite(), done = std::move(done)]() mutable {
    EndWrite(begin);
    std::move(done)();
  });
}

}  // namespace autopulse::callevents::core
