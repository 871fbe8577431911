#include "services/core/kept_calls.h"

#include <utility>

namespace autopulse::callevents::core {

std::unique_ptr<KeptCall> KeptCalls::Take(std::int64_t call_id, absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  for (Generation* const generation : {&young_, &old_}) {
    if (auto node = generation->extract(call_id)) {
      if (now - node.mapped()->time > kMaxAge) return nullptr;
      return std::move(node.mapped());
    }
  }
  return nullptr;
}

void KeptCalls::Put(std::unique_ptr<KeptCall> kept) {
  const absl::MutexLock lock(&mutex_);
  const std::int64_t call_id = kept->call.id;
  old_.erase(call_id);
  young_.insert_or_assign(call_id, std::move(kept));
  if (young_.size() < capacity_) return;
  old_ = std::exchange(young_, {});
}

}  // namespace autopulse::callevents::core
