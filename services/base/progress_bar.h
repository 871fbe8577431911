#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/clock.h"

namespace autopulse::callevents::base {

// Where progress is shown, and by which clock.
struct ProgressOutput {
  std::ostream* stream;   // outlives the bar
  bool terminal = false;  // one line that is written over; else plain lines, and few of them
  Clock clock;            // should not jump: SteadyClock
};

// Standard error and the machine's clock.
ProgressOutput StandardErrorProgress();

// Shows how far a long operation has come: done of how many, how many in a second, the time left.
//
//   refold 12000/50000 24% 4000/s 0:09 left
//
// On a terminal that is one line, drawn ten times a second at most. Elsewhere it is a plain line
// for every half a minute, so that what is over sooner writes nothing. Thread-safe.
class ProgressBar {
 public:
  // `what` names the operation. `total` is how many there are to do; zero if that is not known.
  ProgressBar(std::string what, std::int64_t total,
              ProgressOutput output = StandardErrorProgress());

  // Shows the end on a terminal, and leaves its line.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `count` more are done.
  void Advance(std::int64_t count = 1);

  // Takes the line off the terminal until the next `Advance`, so that something else can be printed
  // there.
  void Clear();

 private:
  std::string Line(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Draw(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string what_;
  const std::int64_t total_;
  const ProgressOutput output_;
  const absl::Time begin_;
  absl::Mutex mutex_;
  std::int64_t done_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<absl::Time> drawn_ ABSL_GUARDED_BY(mutex_);  // nothing: no line on the terminal
};

}  // namespace autopulse::callevents::base
