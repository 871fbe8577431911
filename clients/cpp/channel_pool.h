#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "clients/cpp/channel.h"

namespace autopulse::callevents::client {

// The addresses in `list`, separated by commas: HOST:PORT, unix:PATH, or an address of gRPC's own
// with dns:, ipv4: or ipv6: in front. INVALID_ARGUMENT, naming the part that is none of these.
absl::StatusOr<std::vector<std::string>> ReadServiceList(absl::string_view list);

// The connections to one service, or to several of which any will do: each address in
// `ChannelOptions::service`, and each machine that its name stands for. Requests take turns. One
// that cannot be reached is passed over until it can be again. Thread-safe.
class ChannelPool {
 public:
  using Stub = v1::CallEventService::StubInterface;

  // A list that cannot be read is one address, which cannot be reached.
  explicit ChannelPool(const ChannelOptions& options);

  // Sends `request` and waits for its answer until `deadline`. If a service is UNAVAILABLE, the
  // request goes to the next one, unless a repetition could do harm: a report does none [O1], nor a
  // creation with a `request_id`. Other creations are sent once, to one that is connected.
  template <typename Request, typename Response>
  grpc::Status Send(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, absl::Time deadline, Response& response) const {
    const bool repeatable = IsRepeatable(request);
    grpc::Status status(grpc::StatusCode::UNAVAILABLE, "no service can be reached");
    for (const Service* service : repeatable ? InTurn() : Connected(deadline)) {
      Revive(*service, deadline);
      grpc::ClientContext context;
      context.set_deadline(absl::ToChronoTime(deadline));
      response.Clear();
      status = (service->stub.get()->*method)(&context, request, &response);
      if (status.error_code() != grpc::StatusCode::UNAVAILABLE || absl::Now() >= deadline) break;
    }
    return status;
  }

  // The service whose turn it is, for a stream, or for a request that does not wait.
  Stub& Next() const { return *InTurn().front()->stub; }

  // Whether there is another one to try where one is UNAVAILABLE.
  bool has_alternatives() const { return attempts_ > 1; }

 private:
  struct Service {
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<Stub> stub;
  };

  template <typename Request>
  static bool IsRepeatable(const Request& request) {
    if constexpr (requires { request.request_id(); }) return !request.request_id().empty();
    return true;
  }

  // Tries at once to connect to a service that could not be reached, which otherwise waits for up
  // to two seconds: it may be back since, and is asked because the others failed.
  void Revive(const Service& service, absl::Time deadline) const;

  // All, as they are to be tried: those that are connected before others, and last those that could
  // not be reached; a name that may stand for several machines once more than the others.
  std::vector<const Service*> InTurn() const;

  // The first that gets connected before `deadline`; if none does, the first.
  std::vector<const Service*> Connected(absl::Time deadline) const;

  std::vector<Service> services_;
  std::size_t attempts_;  // of one request
  mutable std::atomic<std::size_t> turn_;
};

}  // namespace autopulse::callevents::client
