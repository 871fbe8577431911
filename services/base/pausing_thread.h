#pragma once

#include <cstddef>
#include <thread>
#include <utility>

#include "services/base/pause.h"
#include "services/base/thread.h"

namespace autopulse::callevents::base {

// A thread that runs `work(pause)`, which returns once `pause` is woken; this does so at its end,
// and waits for it. The name is as for `StartThread`.
class PausingThread {
 public:
  template <std::size_t kSize, typename Work>
  PausingThread(const char (&name)[kSize], Work work)
      : thread_(StartThread(name, [this, work = std::move(work)]() mutable { work(pause_); })) {}
  ~PausingThread() {
    pause_.Wake();
    thread_.join();
  }
  PausingThread(const PausingThread&) = delete;
  PausingThread& operator=(const PausingThread&) = delete;

 private:
  Pause pause_;
  std::thread thread_;  // last: it uses the pause
};

}  // namespace autopulse::callevents::base
