#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "adapter/http/server.h"
#include "services/base/config.h"

namespace autopulse::callevents::adapter {

// What the adapter is told about the address that it listens on and who may send there.
struct ListenerSettings {
  http::Server::Options server;  // as far as it needs no files and addresses read
  std::string allow_from;
  std::string trusted_proxy;
  http::TlsFiles tls;
};

// Adds them to a command line. `settings` must outlive the parsing.
void AddListenerSettings(ListenerSettings& settings, base::Settings& parser);

// Returns a server's options, with the files that the settings name. INVALID_ARGUMENT naming the
// setting if a value does not do; FAILED_PRECONDITION, naming the file, if a file does not.
absl::StatusOr<http::Server::Options> ReadListenerSettings(const ListenerSettings& settings);

}  // namespace autopulse::callevents::adapter
