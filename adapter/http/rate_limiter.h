#pragma once

#include <cstddef>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "adapter/http/address.h"

namespace autopulse::callevents::adapter::http {

// So many requests a second from each address, in bursts of two seconds' worth. Of IPv6 it is each
// `Address::OneSender`. Thread-safe.
//
// At most `kMaxAddresses` are told apart; while there are that many, those that are new share one
// allowance.
class RateLimiter {
 public:
  static constexpr std::size_t kMaxAddresses = 65'536;

  // `per_second` is more than zero.
  explicit RateLimiter(double per_second) : per_second_(per_second), burst_(2 * per_second) {}

  // Takes one request of `address` into account. Zero if it may go on, otherwise how long its
  // sender should wait.
  absl::Duration Take(const Address& address, absl::Time now);

 private:
  struct Allowance {
    double requests = 0;
    absl::Time updated;
  };

  Allowance& AllowanceOf(const Address& address, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Refill(Allowance& allowance, absl::Time now) const;

  const double per_second_;
  const double burst_;
  absl::Mutex mutex_;
  absl::flat_hash_map<Address, Allowance> allowances_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_cleaning_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace autopulse::callevents::adapter::http
