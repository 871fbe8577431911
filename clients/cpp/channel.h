#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace autopulse::callevents::client {

// The largest message either way, which is what the service takes.
inline constexpr int kMaxMessageBytes = 16 << 20;

// How to reach the service.
struct ChannelOptions {
  // HOST:PORT, or unix:PATH for a socket on this machine. The connection is neither encrypted nor
  // sent through a proxy.
  std::string service = "127.0.0.1:50051";
};

// Returns the connection that every client of the project uses: it is made when it is needed, and
// made again when it breaks, so that the service may be started later than its clients.
//
// Thread-safe, as all that gRPC makes of it.
std::shared_ptr<grpc::Channel> OpenChannel(const ChannelOptions& options);

// Lets the request of `context` take `timeout` at most, answer included.
void LimitTime(absl::Duration timeout, grpc::ClientContext& context);

// Returns what `status` says, with the same code.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace autopulse::callevents::client
