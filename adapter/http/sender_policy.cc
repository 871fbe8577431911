#include "adapter/http/sender_policy.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace autopulse::callevents::adapter::http {

SenderPolicy::SenderPolicy(const Options& options) : options_(options) {
  if (options.requests_per_second > 0) {
    limiter_.emplace(static_cast<double>(options.requests_per_second));
  }
}

std::optional<Refusal> SenderPolicy::Refuse(const RequestHead& head, const Address& peer,
                                            absl::Time now) {
  if (options_.allowed.empty() && !limiter_.has_value()) return std::nullopt;
  const Address sender = SenderOf(head, peer);
  if (!options_.allowed.empty() && !ContainsAddress(options_.allowed, sender)) {
    return Refusal{"address", ErrorAnswer(403, "Requests are not taken from your address")};
  }
  if (!limiter_.has_value()) return std::nullopt;
  const absl::Duration wait = limiter_->Take(sender, now);
  if (wait == absl::ZeroDuration()) return std::nullopt;
  HttpAnswer answer = ErrorAnswer(429, "Too many requests");
  answer.headers.emplace_back(
      "Retry-After", absl::StrCat(absl::ToInt64Seconds(absl::Ceil(wait, absl::Seconds(1)))));
  return Refusal{"rate", std::move(answer)};
}

Address SenderPolicy::SenderOf(const RequestHead& head, const Address& peer) const {
  if (!ContainsAddress(options_.trusted_proxies, peer)) return peer;
  const std::string hops = absl::StrJoin(head.Values("X-Forwarded-For"), ",");
  const std::vector<absl::string_view> parts = absl::StrSplit(hops, ',');
  Address sender = peer;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const std::optional<Address> hop = Address::Parse(absl::StripAsciiWhitespace(*part));
    if (!hop.has_value()) break;
    sender = *hop;
    if (!ContainsAddress(options_.trusted_proxies, sender)) break;
  }
  return sender;
}

}  // namespace autopulse::callevents::adapter::http
