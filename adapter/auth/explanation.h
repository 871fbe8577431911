#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/auth/auth_policy.h"

// Why a request is let in or not, for the operator. Never holds a secret.
namespace autopulse::callevents::adapter::auth {

// One thing that was looked at.
struct Step {
  bool ok = true;
  std::string text;
};

// What one method made of a request.
struct MethodExplanation {
  std::string title;  // `methods[0]: hmac sha256 in x-signature`
  std::vector<Step> steps;
};

// Goes through every method of `policy`, step by step, as `AuthenticateWhole` would.
std::vector<MethodExplanation> Explain(const AuthPolicy& policy, const http::RequestHead& head,
                                       absl::string_view body, absl::Time now);

}  // namespace autopulse::callevents::adapter::auth
