#include "services/core/kept_calls.h"

#include <utility>

namespace autopulse::callevents::core {

std::optional<KeptCall> KeptCalls::Take(std::int64_t call_id, std::int64_t last_sequence,
                                        absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  for (Generation* const generation : {&young_, &old_}) {
    if (auto node = generation->extract(call_id)) {
      KeptCall& kept = node.mapped();
      if (kept.last_sequence != last_sequence || now - kept.time > kMaxAge) return std::nullopt;
      return std::move(kept);
    }
  }
  return std::nullopt;
}

void KeptCalls::Put(std::int64_t call_id, KeptCall kept) {
  const absl::MutexLock lock(&mutex_);
  young_.insert_or_assign(call_id, std::move(kept));
  if (young_.size() < capacity_) return;
  old_ = std::exchange(young_, {});
}

}  // namespace autopulse::callevents::core
