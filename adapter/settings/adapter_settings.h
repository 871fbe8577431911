#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "adapter/auth/auth_file.h"
#include "adapter/delivery/retry_policy.h"
#include "adapter/relay/relay.h"
#include "adapter/settings/listener_settings.h"
#include "adapter/settings/service_settings.h"
#include "services/base/config.h"
#include "services/base/log.h"

namespace autopulse::callevents::adapter {

// What `vapi-webhook-adapter` is told by its command line and environment; docs/operations.md says
// what each does.
struct AdapterSettings {
  ListenerSettings listener;
  ServiceSettings service;
  auth::AuthFiles auth_files;
  bool insecure_no_auth = false;
  base::LogLevel log_level = base::LogLevel::kInfo;
  std::string spool;          // empty for none
  std::string relay_targets;  // as they were given: `CheckAdapterSettings` reads them
  relay::Relay::Options relay;
  RetryPolicy retry;
  std::string admin_listen;  // empty for none
  std::string admin_token_file;
  bool insecure_admin_listen = false;
  absl::Duration dead_letter_retention = absl::Hours(24 * 90);  // zero for ever
};

// Adds them to a command line. `settings` must outlive the parsing.
void AddAdapterSettings(AdapterSettings& settings, base::Settings& parser);

// Reads what was parsed as text, and checks what can be checked without a look at files and
// addresses. INVALID_ARGUMENT, naming the setting, if a value does not do.
absl::Status CheckAdapterSettings(AdapterSettings& settings);

}  // namespace autopulse::callevents::adapter
