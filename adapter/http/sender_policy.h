#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "adapter/http/address.h"
#include "adapter/http/address_range.h"
#include "adapter/http/head.h"
#include "adapter/http/rate_limiter.h"
#include "adapter/http/refusals.h"

namespace autopulse::callevents::adapter::http {

// From which addresses requests are taken, and how many. Thread-safe.
class SenderPolicy {
 public:
  struct Options {
    std::vector<AddressRange> allowed = {};          // none: everybody
    std::vector<AddressRange> trusted_proxies = {};  // whose X-Forwarded-For is believed
    std::int64_t requests_per_second = 0;            // of each address; 0: any number
  };

  explicit SenderPolicy(const Options& options);

  // The refusal, 403 or 429 with Retry-After, of a request from the other end `peer` of a socket.
  // `now` is of a steady clock.
  std::optional<Refusal> Refuse(const RequestHead& head, const Address& peer, absl::Time now);

  // Who sent the request: the peer; if that is a trusted proxy the last address in X-Forwarded-For
  // that is not one too. What else the header says, anybody can have written.
  Address SenderOf(const RequestHead& head, const Address& peer) const;

 private:
  const Options options_;
  std::optional<RateLimiter> limiter_;
};

}  // namespace autopulse::callevents::adapter::http
