#pragma once

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace autopulse::callevents::adapter {

// Exponential backoff with full jitter: after n failures a pause of anything from zero up to
// `first` doubled n - 1 times, and never more than `most`. Thread-safe.
class Backoff {
 public:
  struct Options {
    absl::Duration first = absl::Milliseconds(500);
    absl::Duration most = absl::Seconds(30);
  };

  explicit Backoff(const Options& options) : options_(options) {}

  // The pause after `failures` failures, at random.
  absl::Duration After(int failures) const;

  // The pause of what has failed for `time`, however often that was: at random, from zero up to as
  // long again, within `first` and `most`.
  absl::Duration AfterFailingFor(absl::Duration time) const;

 private:
  Options options_;
};

// How many retries may be made in a while, so that what fails again and again leaves the service to
// what does not. Thread-safe.
class RetryBudget {
 public:
  struct Options {
    double per_second = 200;
    double burst = 1000;
  };

  explicit RetryBudget(const Options& options) : options_(options), tokens_(options.burst) {}

  // Takes one retry out of the budget. False if it is used up.
  bool Take(absl::Time now);

 private:
  const Options options_;
  absl::Mutex mutex_;
  double tokens_ ABSL_GUARDED_BY(mutex_);
  absl::Time refilled_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
};

// When an event is tried again, and when it is not.
struct RetryPolicy {
  absl::Duration hold = absl::Minutes(1);               // O7
  absl::Duration unknown_call_ttl = absl::Minutes(10);  // U1
  std::int64_t max_attempts = 100;                      // of an event that fails by itself
  Backoff::Options backoff = {};
  RetryBudget::Options budget = {};
};

// Whether the service does not let the adapter in: UNAUTHENTICATED, PERMISSION_DENIED. No event can
// help that, so it costs none of them anything, however often it happens.
bool IsRefusal(absl::StatusCode code);

// Whether an error says that the service serves nobody now, rather than that it does not want this
// event: UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, or a refusal.
bool IsOutage(absl::StatusCode code);

}  // namespace autopulse::callevents::adapter
