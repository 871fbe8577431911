#include "services/base/pause.h"

#include <utility>

namespace autopulse::callevents::base {

void Pause::Wake() {
  const std::lock_guard<std::mutex> lock(mutex_);
  is_woken_ = true;
  woken_.notify_one();
}

bool Pause::For(absl::Duration length) {
  std::unique_lock<std::mutex> lock(mutex_);
  woken_.wait_for(lock, absl::ToChronoNanoseconds(length), [this] { return is_woken_; });
  return std::exchange(is_woken_, false);
}

}  // namespace autopulse::callevents::base
