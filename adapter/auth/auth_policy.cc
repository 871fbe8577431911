#include "adapter/auth/auth_policy.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::adapter::auth {
namespace {

// Whoever sends two values hopes that this program looks at one and another at the other.
bool HasDuplicate(const std::vector<Method>& methods, const http::RequestHead& head) {
  for (const Method& method : methods) {
    for (const std::string& header : HeadersOf(method)) {
      if (head.Values(header).size() > 1) return true;
    }
  }
  return false;
}

}  // namespace

template <typename JudgeMethod>
Verdict AuthPolicy::Judge(const http::RequestHead& head, JudgeMethod judge) const {
  if (methods_.empty()) return {};
  if (HasDuplicate(methods_, head)) return {.refusal = Refusal::kDuplicateHeader};
  Verdict verdict;
  for (std::size_t i = 0; i < methods_.size(); ++i) {
    const Finding finding = judge(methods_[i]);
    if (finding.secret) {
      return {.credential = absl::StrCat("methods[", i, "].secrets[", *finding.secret, "]")};
    }
    if (finding.refusal == Refusal::kNone) verdict.needs_body = true;
    verdict.refusal = std::max(verdict.refusal, finding.refusal);
  }
  if (verdict.needs_body) verdict.refusal = Refusal::kNone;
  return verdict;
}

Verdict AuthPolicy::JudgeHead(const http::RequestHead& head, absl::Time now) const {
  return Judge(head, [&](const Method& method) { return auth::JudgeHead(method, head, now); });
}

Verdict AuthPolicy::JudgeWhole(const http::RequestHead& head, absl::string_view body,
                               absl::Time now) const {
  return Judge(head,
               [&](const Method& method) { return auth::JudgeWhole(method, head, body, now); });
}

}  // namespace autopulse::callevents::adapter::auth
