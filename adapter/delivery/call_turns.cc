#include "adapter/delivery/call_turns.h"

#include <utility>

namespace autopulse::callevents::adapter {

bool CallTurns::Enter(const std::string& call, Work work) {
  const absl::MutexLock lock(&mutex_);
  const auto [queue, is_first] = waiting_.try_emplace(call);
  if (!is_first) queue->second.push_back(std::move(work));
  return is_first;
}

void CallTurns::Leave(const std::string& call) {
  Work next;
  {
    const absl::MutexLock lock(&mutex_);
    const auto queue = waiting_.find(call);
    if (queue->second.empty()) {
      waiting_.erase(queue);
      return;
    }
    next = std::move(queue->second.front());
    queue->second.pop_front();
  }
  next();
}

}  // namespace autopulse::callevents::adapter
