#include "adapter/http/rate_limiter.h"

#include <algorithm>

namespace autopulse::callevents::adapter::http {
namespace {

// Looking for room in a full table costs a walk through all of it.
constexpr absl::Duration kCleaningPause = absl::Seconds(1);

}  // namespace

void RateLimiter::Refill(Allowance& allowance, absl::Time now) const {
  const double seconds = std::max(absl::ToDoubleSeconds(now - allowance.updated), 0.0);
  allowance.requests = std::min(allowance.requests + seconds * per_second_, burst_);
  allowance.updated = now;
}

RateLimiter::Allowance& RateLimiter::AllowanceOf(const Address& address, absl::Time now) {
  const auto known = allowances_.find(address);
  if (known != allowances_.end()) return known->second;
  if (allowances_.size() >= kMaxAddresses && now - last_cleaning_ >= kCleaningPause) {
    last_cleaning_ = now;
    // Who has its whole burst again is as good as new.
    absl::erase_if(allowances_, [&](auto& entry) {
      Refill(entry.second, now);
      return entry.second.requests >= burst_;
    });
  }
  // `::` is nobody's address, but for this machine's own.
  const Address key = allowances_.size() < kMaxAddresses ? address : Address();
  return allowances_.try_emplace(key, Allowance{burst_, now}).first->second;
}

absl::Duration RateLimiter::Take(const Address& address, absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  Allowance& allowance = AllowanceOf(address.OneSender(), now);
  Refill(allowance, now);
  if (allowance.requests < 1) {
    return absl::Seconds((1 - allowance.requests) / per_second_);
  }
  allowance.requests -= 1;
  return absl::ZeroDuration();
}

}  // namespace autopulse::callevents::adapter::http
