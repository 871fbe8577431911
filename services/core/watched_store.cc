#include "services/core/watched_store.h"

namespace autopulse::callevents::core {

absl::Status WatchedStore::Read(const ReadWork& work) {
  absl::Status status = store_.Read(work);
  if (absl::IsUnavailable(status)) ++failures_;
  return status;
}

absl::Status WatchedStore::Write(const WriteWork& work) {
  absl::Status status = store_.Write(work);
  if (absl::IsUnavailable(status) || absl::IsResourceExhausted(status)) ++failures_;
  return status;
}

}  // namespace autopulse::callevents::core
