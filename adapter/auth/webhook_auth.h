#pragma once

#include <memory>

#include "absl/status/status.h"
#include "adapter/auth/auth_file.h"
#include "adapter/auth/auth_policy.h"

namespace autopulse::callevents::adapter {

// Who may post webhooks at present. Copies share what is loaded, so that one of them can replace it
// for all while requests are judged. Thread-safe.
class WebhookAuth {
 public:
  // Lets everything in (`--insecure-no-auth`).
  WebhookAuth() : WebhookAuth(auth::AuthPolicy()) {}

  explicit WebhookAuth(auth::AuthPolicy policy);

  // The policy by which a request is to be judged now.
  std::shared_ptr<const auth::AuthPolicy> current() const;

  // Reads the files again. If anything is wrong with them the policy stays as it is; the error is
  // `LoadAuthPolicy`'s.
  absl::Status Reload(const auth::AuthFiles& files);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace autopulse::callevents::adapter
