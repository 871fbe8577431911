#include "adapter/http/request_queue.h"

#include <utility>

namespace autopulse::callevents::adapter::http {

void RequestQueue::Put(Work work) {
  const absl::MutexLock lock(&mutex_);
  waiting_.push_back(std::move(work));
  if (!is_waking_) WakeOne();
}

RequestQueue::Work RequestQueue::Take() {
  const absl::MutexLock lock(&mutex_);
  while (waiting_.empty() && !is_closed_) {
    IdleThread self;
    idle_.push_back(&self);
    while (!self.is_woken) self.woken.Wait(&mutex_);
    is_waking_ = false;
  }
  if (waiting_.empty()) return nullptr;
  Work work = std::move(waiting_.front());
  waiting_.pop_front();
  if (!waiting_.empty() && !is_waking_) WakeOne();
  return work;
}

void RequestQueue::WakeOne() {
  if (idle_.empty()) return;
  is_waking_ = true;
  idle_.back()->is_woken = true;
  idle_.back()->woken.Signal();
  idle_.pop_back();
}

void RequestQueue::Close() {
  const absl::MutexLock lock(&mutex_);
  is_closed_ = true;
  while (!idle_.empty()) WakeOne();
}

}  // namespace autopulse::callevents::adapter::http
