#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/grpc/gatekeeper.h"

namespace autopulse::callevents::rpc {

// The PEM files of a server's TLS; no `certificate` means no TLS. They are read again when they
// change, so that a certificate is renewed without a restart.
struct TlsFiles {
  std::string certificate;  // the server's, with what leads to its authority
  std::string key;
  std::string client_authority;  // who signs the certificates of clients; empty: none are asked for
};

// Returns the credentials of a listener, with TLS or in plain text, whose requests go past
// `gatekeeper` if it asks for credentials by now. It must outlive the server. FAILED_PRECONDITION,
// naming the file, if one of `files` cannot be read, has expired, or does not belong to the others.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const TlsFiles& files, Gatekeeper& gatekeeper);

}  // namespace autopulse::callevents::rpc
