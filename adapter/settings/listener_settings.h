#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "adapter/http/server.h"
#include "services/base/config.h"

namespace autopulse::callevents::adapter {

// What the adapter is told about the address that it listens on and who may send there.
struct ListenerSettings {
  std::string listen = "127.0.0.1:8080";
  std::int64_t threads = 64;
  std::int64_t max_connections = 16'384;
  absl::Duration request_deadline = absl::Seconds(20);
  std::string allow_from;
  std::string trusted_proxy;
  std::int64_t rate_limit = 0;
  http::TlsFiles tls;
};

// Adds them to a command line. `settings` must outlive the parsing.
void AddListenerSettings(ListenerSettings& settings, base::Settings& parser);

// Returns a server's options, with the files that the settings name. INVALID_ARGUMENT naming the
// setting if a value does not do; FAILED_PRECONDITION, naming the file, if a file does not.
absl::StatusOr<http::Server::Options> ReadListenerSettings(const ListenerSettings& settings);

}  // namespace autopulse::callevents::adapter
