#pragma once

#include <grpcpp/server.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/grpc/call_event_service.h"

namespace autopulse::callevents::rpc {

// Serves a `CallEventService`, reflection and the standard health service over plaintext gRPC.
class Server {
 public:
  // Listens on `listen`, HOST:PORT; port 0 picks a free one. UNAVAILABLE, with a sentence, if
  // that cannot be done. `service` must outlive the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(CallEventService& service,
                                                       const std::string& listen);

  ~Server();  // stops at once, if `Stop` was not called

  // The port that it listens on.
  int port() const { return port_; }

  // Says NOT_SERVING, takes nothing new, and waits until what is in flight is finished, at most for
  // `patience`; what is left then is cancelled. Not thread-safe.
  void Stop(absl::Duration patience);

 private:
  Server(CallEventService& service, std::unique_ptr<grpc::Server> server, int port);

  CallEventService& service_;
  std::unique_ptr<grpc::Server> server_;
  const int port_;
  bool stopped_ = false;
};

}  // namespace autopulse::callevents::rpc
