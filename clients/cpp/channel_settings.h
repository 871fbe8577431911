#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clients/cpp/channel.h"

namespace autopulse::callevents::client {

// What a program is told about the way to the service, besides its address. All but `tls_name` and
// `token_in_clear` are files.
struct ChannelSettings {
  std::string tls_ca = {};
  std::string tls_cert = {};
  std::string tls_key = {};
  std::string tls_name = {};
  std::string token_file = {};
  std::string token_in_clear = "local";  // where a token may be sent without TLS; or `anywhere`
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
    {"token-in-clear", &ChannelSettings::token_in_clear, "WHERE",
     "Where a token may go without TLS: local or anywhere"},
};

// Whether what is sent to `address`, HOST:PORT or one of gRPC's own forms, stays on this machine: a
// unix socket, `localhost`, or a loopback address.
bool IsLocal(absl::string_view address);

// Reads the token in the first line of a file. FAILED_PRECONDITION, naming the file, if there is
// none.
absl::StatusOr<std::string> ReadTokenFile(const std::string& path);

// Reads the files, for a channel to `service`, which may be a list. INVALID_ARGUMENT if it is none
// (`ReadServiceList`), settings do not go together, or a token would cross the network in clear;
// FAILED_PRECONDITION, naming the file, if one cannot be read or holds something else.
absl::StatusOr<ChannelOptions> ReadChannelSettings(const std::string& service,
                                                   const ChannelSettings& settings);

}  // namespace autopulse::callevents::client
