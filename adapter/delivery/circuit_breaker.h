#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "adapter/delivery/retry_policy.h"
#include "services/base/clock.h"

namespace autopulse::callevents::adapter {

// Knows whether the service is worth a try, so that a dead one costs no deadlines. Thread-safe.
//
// Closed, everything is tried. After some failures in a row it opens: nothing is tried until a
// pause is over, and then by one caller, whose success closes it and whose failure makes a longer
// pause begin.
class CircuitBreaker {
 public:
  struct Options {
    int failures_to_open = 5;
    Backoff::Options pause = {.first = absl::Milliseconds(200), .most = absl::Seconds(5)};
  };

  CircuitBreaker(const Options& options, base::Clock clock);

  // Whether the caller may try. It must then say how that went, by one of the next two.
  bool MayTry();

  // The service answered, whatever it answered.
  void RecordSuccess();

  // The service recorded an event: what fails from now on does not fail because it serves nobody.
  void RecordServed();

  // The service did not answer, or that it cannot serve anybody now.
  void RecordFailure();

  // Whether everything is tried.
  bool IsClosed() const;

  // Whether `MayTry` would say yes.
  bool IsReady() const;

  // When the service last recorded an event; InfinitePast if it never did.
  absl::Time last_served() const;

 private:
  bool ReadyAt(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  const Backoff pause_;
  const base::Clock clock_;
  mutable absl::Mutex mutex_;
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;
  bool trying_ ABSL_GUARDED_BY(mutex_) = false;  // somebody tries while it is open
  absl::Time retry_time_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time last_served_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace autopulse::callevents::adapter
