#include "services/core/watched_store.h"

namespace autopulse::callevents::core {

absl::Status WatchedStore::Read(const ReadWork& work) { return CountRead(store_.Read(work)); }

absl::Status WatchedStore::ReadOne(const ReadWork& work) { return CountRead(store_.ReadOne(work)); }

absl::Status WatchedStore::CountRead(absl::Status status) {
  if (absl::IsUnavailable(status)) ++failures_;
  return status;
}

absl::Status WatchedStore::Write(const WriteWork& work) {
  absl::Status status = store_.Write(work);
  if (absl::IsUnavailable(status) || absl::IsResourceExhausted(status)) ++failures_;
  return status;
}

}  // namespace autopulse::callevents::core
