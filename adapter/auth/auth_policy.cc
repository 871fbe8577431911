#include "adapter/auth/auth_policy.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::adapter::auth {

AuthPolicy::AuthPolicy(std::vector<Method> methods) : methods_(std::move(methods)) {
  for (const Method& method : methods_) {
    for (std::string& header : HeadersOf(method)) headers_.push_back(std::move(header));
  }
}

template <typename FindInMethod>
Verdict AuthPolicy::Authenticate(const http::RequestHead& head, FindInMethod find) const {
  if (methods_.empty()) return {};
  // Whoever sends two values hopes that this program looks at one and another at the other.
  for (const std::string& header : headers_) {
    if (head.Count(header) > 1) return {.refusal = Refusal::kDuplicateHeader};
  }
  Verdict verdict;
  for (std::size_t i = 0; i < methods_.size(); ++i) {
    const Finding finding = find(methods_[i]);
    if (finding.secret) {
      return {.credential = absl::StrCat("methods[", i, "].secrets[", *finding.secret, "]")};
    }
    if (finding.refusal == Refusal::kNone) verdict.needs_body = true;
    verdict.refusal = std::max(verdict.refusal, finding.refusal);
  }
  if (verdict.needs_body) verdict.refusal = Refusal::kNone;
  return verdict;
}

Verdict AuthPolicy::AuthenticateHead(const http::RequestHead& head, absl::Time now) const {
  return Authenticate(head, [&](const Method& method) { return FindInHead(method, head, now); });
}

Verdict AuthPolicy::AuthenticateWhole(const http::RequestHead& head, absl::string_view body,
                                      absl::Time now) const {
  return Authenticate(head,
                      [&](const Method& method) { return FindInWhole(method, head, body, now); });
}

}  // namespace autopulse::callevents::adapter::auth
