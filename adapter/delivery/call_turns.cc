#include "adapter/delivery/call_turns.h"

namespace autopulse::callevents::adapter {

CallTurns::Turn::Turn(CallTurns& turns, const std::string& call) : turns_(turns) {
  const absl::MutexLock lock(&turns_.mutex_);
  queue_ = turns_.queues_.try_emplace(call).first;
  const std::int64_t ticket = queue_->second.next++;
  const auto is_mine = [this, ticket] { return queue_->second.serving == ticket; };
  turns_.mutex_.Await(absl::Condition(&is_mine));
}

CallTurns::Turn::~Turn() {
  const absl::MutexLock lock(&turns_.mutex_);
  Queue& queue = queue_->second;
  ++queue.serving;
  if (queue.serving == queue.next) turns_.queues_.erase(queue_);
}

}  // namespace autopulse::callevents::adapter
