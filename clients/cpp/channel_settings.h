#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "clients/cpp/channel.h"

namespace autopulse::callevents::client {

// What a program is told about the way to the service, besides its address. All but `tls_name` are
// files.
struct ChannelSettings {
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_name;
  std::string token_file;
};

// The same as options of a command line: every program that is a client has all of them.
struct ChannelSetting {
  const char* name;
  std::string ChannelSettings::*value;
  const char* type;
  const char* help;
};
inline constexpr ChannelSetting kChannelSettings[] = {
    {"service-tls-ca", &ChannelSettings::tls_ca, "FILE",
     "PEM of who signs its certificate; none: no TLS"},
    {"service-tls-cert", &ChannelSettings::tls_cert, "FILE",
     "PEM of the certificate that it asks for"},
    {"service-tls-key", &ChannelSettings::tls_key, "FILE", "PEM of that certificate's key"},
    {"service-tls-name", &ChannelSettings::tls_name, "NAME",
     "Name in its certificate, if not that of its address"},
    {"token-file", &ChannelSettings::token_file, "FILE", "First line: the token that it asks for"},
};

// Reads the files, for a channel to `service`, which may be a list. INVALID_ARGUMENT if it is none
// (`ReadServiceList`) or settings do not go together;
// FAILED_PRECONDITION, naming the file, if one cannot be read or holds something else.
absl::StatusOr<ChannelOptions> ReadChannelSettings(const std::string& service,
                                                   const ChannelSettings& settings);

}  // namespace autopulse::callevents::client
