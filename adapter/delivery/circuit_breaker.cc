#include "adapter/delivery/circuit_breaker.h"

#include <utility>

namespace autopulse::callevents::adapter {

CircuitBreaker::CircuitBreaker(const Options& options, base::Clock clock)
    : options_(options), pause_(options.pause), clock_(std::move(clock)) {}

bool CircuitBreaker::MayTry() {
  const absl::Time now = clock_();
  const absl::MutexLock lock(&mutex_);
  if (!ReadyAt(now)) return false;
  trying_ = failures_ >= options_.failures_to_open;
  return true;
}

void CircuitBreaker::RecordSuccess() {
  const absl::MutexLock lock(&mutex_);
  failures_ = 0;
  trying_ = false;
}

void CircuitBreaker::RecordServed() {
  const absl::Time now = clock_();
  const absl::MutexLock lock(&mutex_);
  last_served_ = now;
}

void CircuitBreaker::RecordFailure() {
  const absl::Time now = clock_();
  const absl::MutexLock lock(&mutex_);
  trying_ = false;
  ++failures_;
  if (failures_ >= options_.failures_to_open) {
    retry_time_ = now + pause_.After(failures_ - options_.failures_to_open + 1);
  }
}

bool CircuitBreaker::IsClosed() const {
  const absl::MutexLock lock(&mutex_);
  return failures_ < options_.failures_to_open;
}

bool CircuitBreaker::IsReady() const {
  const absl::Time now = clock_();
  const absl::MutexLock lock(&mutex_);
  return ReadyAt(now);
}

absl::Time CircuitBreaker::last_served() const {
  const absl::MutexLock lock(&mutex_);
  return last_served_;
}

bool CircuitBreaker::ReadyAt(absl::Time now) const {
  return failures_ < options_.failures_to_open || (!trying_ && now >= retry_time_);
}

}  // namespace autopulse::callevents::adapter
