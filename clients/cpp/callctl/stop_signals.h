#pragma once

#include <stop_token>
#include <thread>

namespace autopulse::callevents::callctl {

// While it lives, SIGINT and SIGTERM request a stop instead of ending the program. A second one
// ends it. At most one may live at a time.
class StopSignals {
 public:
  explicit StopSignals(std::stop_source stop);
  ~StopSignals();

  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  int pipe_[2];
  std::thread waiter_;
};

}  // namespace autopulse::callevents::callctl
