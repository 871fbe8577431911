#pragma once

#include <atomic>
#include <thread>

#include "absl/time/time.h"
#include "services/base/pause.h"
#include "services/core/eraser.h"
#include "services/core/retention.h"

namespace autopulse::callevents::core {

// Runs retention from time to time on a thread of its own, a step at a time with a pause behind
// each, so that recording goes on. The destructor ends it after the step it is at.
class Housekeeper {
 public:
  // Begins at once, and again `interval` after each round.
  Housekeeper(Retention& retention, Eraser& eraser, absl::Duration interval);
  ~Housekeeper();
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

 private:
  void Run();
  void RunRound();
  bool Pause(absl::Duration duration);

  Retention& retention_;
  Eraser& eraser_;
  const absl::Duration interval_;
  base::Pause pause_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace autopulse::callevents::core
