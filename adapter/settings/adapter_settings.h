#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "adapter/auth/auth_file.h"
#include "adapter/delivery/retry_policy.h"
#include "adapter/relay/relay_targets.h"
#include "adapter/settings/listener_settings.h"
#include "adapter/settings/service_settings.h"

namespace autopulse::callevents::adapter {

// What `vapi-webhook-adapter` is told by its command line and environment; docs/operations.md says
// what each does.
struct AdapterSettings {
  ListenerSettings listener;
  ServiceSettings service;
  auth::AuthFiles auth_files;
  bool insecure_no_auth = false;
  std::string unknown_calls = "reject";
  std::string log_level = "info";
  std::string spool;  // empty for none
  relay::RelayTargets relay_targets;
  absl::Duration relay_timeout = absl::Seconds(15);
  std::int64_t relay_concurrency = 16;
  RetryPolicy retry;
  std::string admin_listen;  // empty for none
  std::string admin_token_file;
  bool insecure_admin_listen = false;
  absl::Duration dead_letter_retention = absl::Hours(24 * 90);  // zero for ever
};

// Reads the settings and checks what can be checked without a look at files and addresses. Nothing
// if the program is to go on; otherwise what it is to exit with, as `base::Settings::Parse`.
std::optional<int> ReadAdapterSettings(int argc, const char* const* argv,
                                       AdapterSettings& settings);

}  // namespace autopulse::callevents::adapter
