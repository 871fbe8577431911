#pragma once

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

  // Waits until it has printed so many whole lines, or has ended.
  void AwaitLines(int count);

  // SIGKILL. Does nothing if it has ended; to be followed by `Wait`.
  void Kill();

  // What it printed, on both channels; all of it after `Wait`.
  const std::string& output() const { return output_; }

 private:
  // Waits for more of its output. False at the end of it.
  bool ReadMore();

  int process_ = -1;
  int from_process_ = -1;
  std::string output_;
};

}  // namespace autopulse::callevents::persistence::migrations
