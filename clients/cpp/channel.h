#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>

#include "absl/status/status.h"

namespace autopulse::callevents::client {

// The largest message that the service takes, and the largest that it sends: one call, attempt or
// event may hold what several messages brought.
inline constexpr int kMaxMessageBytes = 16 << 20;
inline constexpr int kMaxReceivedBytes = 64 << 20;

// TLS towards the service; all but the name in PEM.
struct TlsOptions {
  std::string authority;     // who signs the service's certificate; empty: plain text
  std::string certificate;   // this client's, if the service asks for one
  std::string key;           // of that certificate
  std::string service_name;  // in the service's certificate; empty: that of its address
};

// How to reach the service.
struct ChannelOptions {
  // HOST:PORT, or unix:PATH for a socket on this machine; several for a ChannelPool, separated by
  // commas. Never reached through a proxy.
  std::string service = "127.0.0.1:50051";
  TlsOptions tls = {};
  std::string token = {};  // sent along with every request; empty: none
};

// Returns the connection that every client of the project uses: it is made when it is needed, and
// made again when it breaks, so that the service may be started later than its clients. A name that
// stands for several machines is one connection to each of them, which take turns.
//
// Thread-safe, as all that gRPC makes of it.
std::shared_ptr<grpc::Channel> OpenChannel(const ChannelOptions& options);

// Returns what `status` says, with the same code. What gRPC says of a failed TLS handshake is
// followed by what it means.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace autopulse::callevents::client
