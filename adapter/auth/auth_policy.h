#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/auth/methods.h"

namespace autopulse::callevents::adapter::auth {

// What is decided about a request.
struct Verdict {
  Refusal refusal = Refusal::kNone;
  bool needs_body = false;      // nothing speaks against it, but the body has to be seen
  std::string credential = {};  // which secret let it in, `methods[0].secrets[1]`; never the secret
};

// Who may come in: one fitting method is enough. Immutable, thread-safe.
class AuthPolicy {
 public:
  // Lets everybody in (`--insecure-no-auth`).
  AuthPolicy() = default;

  // `methods` is not empty, and neither is the list of secrets of any of them.
  explicit AuthPolicy(std::vector<Method> methods);

  // Decides about a request before its body is read, by its head; `now` is the time at which it
  // came. A header that a method reads and that is there twice is refused, whatever else there is.
  Verdict AuthenticateHead(const http::RequestHead& head, absl::Time now) const;

  // Decides about the whole request, its body as it was sent. Never `needs_body`.
  Verdict AuthenticateWhole(const http::RequestHead& head, absl::string_view body,
                            absl::Time now) const;

  const std::vector<Method>& methods() const { return methods_; }

 private:
  template <typename FindInMethod>
  Verdict Authenticate(const http::RequestHead& head, FindInMethod find) const;

  std::vector<Method> methods_;
  std::vector<std::string> headers_;  // that any of them reads
};

}  // namespace autopulse::callevents::adapter::auth
