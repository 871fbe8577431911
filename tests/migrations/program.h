#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace autopulse::callevents::persistence::migrations {

// A run of call-event-migrate as a process of its own.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Waits for its end, and returns what it exited with; 128 and the signal if that ended it.
  int Wait();

  // Kills it (SIGKILL) unless it ends within `time`.
  void KillAfter(std::chrono::microseconds time);

  // What it printed, on both channels; after `Wait`.
  const std::string& output() const { return output_; }

 private:
  int process_ = -1;
  int from_process_ = -1;
  std::string output_;
};

}  // namespace autopulse::callevents::persistence::migrations
