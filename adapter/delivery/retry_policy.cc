#include "adapter/delivery/retry_policy.h"

#include <algorithm>

#include "absl/random/random.h"

namespace autopulse::callevents::adapter {
namespace {

absl::Duration UpTo(absl::Duration longest) {
  thread_local absl::InsecureBitGen random;
  return longest * absl::Uniform(random, 0.0, 1.0);
}

}  // namespace

absl::Duration Backoff::After(int failures) const {
  constexpr int kMaxDoublings = 30;
  const int doublings = std::clamp(failures - 1, 0, kMaxDoublings);
  return UpTo(std::min(options_.most, options_.first * (1 << doublings)));
}

absl::Duration Backoff::AfterFailingFor(absl::Duration time) const {
  return UpTo(std::min(options_.most, std::max(options_.first, time)));
}

bool RetryBudget::Take(absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  if (now > refilled_) {
    tokens_ += options_.per_second * absl::ToDoubleSeconds(now - refilled_);
    tokens_ = std::min(tokens_, options_.burst);
  }
  refilled_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

bool IsRefusal(absl::StatusCode code) {
  return code == absl::StatusCode::kUnauthenticated || code == absl::StatusCode::kPermissionDenied;
}

bool IsOutage(absl::StatusCode code) {
  return IsRefusal(code) || code == absl::StatusCode::kUnavailable ||
         code == absl::StatusCode::kDeadlineExceeded ||
         code == absl::StatusCode::kResourceExhausted || code == absl::StatusCode::kAborted;
}

}  // namespace autopulse::callevents::adapter
