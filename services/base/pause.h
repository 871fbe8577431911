#pragma once

#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

namespace autopulse::callevents::base {

// What one thread waits on between two looks at something, until another one wakes it. Its lengths
// are those of time that really passes: Abseil's waits with a timeout end by the machine's clock,
// and last an hour longer if that is set back by an hour. Thread-safe.
class Pause {
 public:
  // Ends the pause that lasts, or else the next one at once.
  void Wake();

  // Returns after `length`, false, or as soon as it is woken, true.
  bool For(absl::Duration length);

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  bool is_woken_ = false;
};

}  // namespace autopulse::callevents::base
