#pragma once

#include <grpcpp/server.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/base/limits.h"
#include "services/grpc/call_event_service.h"
#include "services/grpc/certificate_watch.h"
#include "services/grpc/gatekeeper.h"
#include "services/grpc/health_service.h"
#include "services/grpc/rpc_queue.h"
#include "services/grpc/server_credentials.h"

namespace autopulse::callevents::rpc {

// The largest message that is sent. Pages and answers to reports keep to less (queries.cc,
// call_event_service.cc); one call, attempt or event may hold what several messages brought.
inline constexpr std::size_t kMaxSentBytes = 4 * base::kMaxMessageBytes;

// Where and how a server listens.
struct ServerOptions {
  std::vector<std::string> listen = {"127.0.0.1:50051"};  // HOST:PORT, or unix:PATH
  std::string socket_group = {};  // who may use the sockets besides their owner; empty: nobody
  TlsFiles tls = {};
  bool reflection = false;  // on anyway if only this machine reaches the server
  bool insecure = false;    // listens to other machines without TLS or credentials too
};

// Serves a `CallEventService`, the standard health service, and reflection.
class Server {
 public:
  // Whether `Start` would take these options, but for the addresses being free: to be asked before
  // anything is done for a server that is refused afterwards. Errors come with a sentence:
  // INVALID_ARGUMENT for options that are not to be had, other machines that would come in unasked
  // among them, FAILED_PRECONDITION for a file that does not do. `gatekeeper` has its callers by
  // now.
  static absl::Status Check(const ServerOptions& options, Gatekeeper& gatekeeper);

  // Listens; port 0 picks a free one. Fails as `Check`, or with UNAVAILABLE for an address.
  // `service` and `gatekeeper` must outlive the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(CallEventService& service,
                                                       Gatekeeper& gatekeeper,
                                                       const ServerOptions& options);

  ~Server();  // stops at once, if `Stop` was not called

  // Where it listens, with the real ports, in the order of the options.
  const std::vector<std::string>& addresses() const { return addresses_; }

  // Says by the health service whether events can be recorded. Thread-safe.
  void SetReady(bool ready) { health_.SetReady(ready); }

  // Says NOT_SERVING, ends the streams, takes nothing new, and waits until what is in flight is
  // finished, at most for `patience`; what is left then is cancelled. Not thread-safe.
  void Stop(absl::Duration patience);

 private:
  explicit Server(CallEventService& service) : service_(service) {}

  CallEventService& service_;
  CallEventService::Api api_;
  HealthService health_;
  std::optional<CertificateWatch> certificate_;  // with TLS
  std::optional<RpcQueue> queue_;                // until the server is shut down
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::string> addresses_;
  bool stopped_ = false;
};

}  // namespace autopulse::callevents::rpc
