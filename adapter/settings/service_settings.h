#pragma once

#include "absl/status/statusor.h"
#include "adapter/delivery/call_event_client.h"
#include "clients/cpp/channel_settings.h"
#include "services/base/config.h"

namespace autopulse::callevents::adapter {

// What every command of the adapter is told about the service.
struct ServiceSettings {
  CallEventClient::Options options;  // as far as it needs no files read
  client::ChannelSettings channel;
  bool register_unknown_calls = false;  // U1
};

// Adds them to a command line. `settings` must outlive the parsing.
void AddServiceSettings(ServiceSettings& settings, base::Settings& parser);

// Returns a client's options, with the files that the settings name. INVALID_ARGUMENT if they do
// not go together; FAILED_PRECONDITION, naming the file, if one does not do.
absl::StatusOr<CallEventClient::Options> ReadServiceSettings(const ServiceSettings& settings);

}  // namespace autopulse::callevents::adapter
