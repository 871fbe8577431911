#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "services/base/work_queue.h"
#include "services/core/call_feed.h"
#include "services/core/event_lanes.h"
#include "services/core/event_recorder.h"
#include "services/core/registrar.h"
#include "services/grpc/call_event_service.h"
#include "services/grpc/server.h"
#include "tests/fakes/fake_call_store.h"

namespace autopulse::callevents::rpc {

// A running service on a port of its own, which keeps its calls in memory, and a client of it. For
// tests.
class ServedApi {
 public:
  struct Options {
    std::size_t feed_capacity = 1024;
    domain::RuleOptions rules = {};
    absl::Duration keep_alive = kKeepAlive;
    ServerOptions server = {.listen = {"127.0.0.1:0"}};
    std::shared_ptr<const CallerTable> callers = nullptr;
  };

  explicit ServedApi(const Options& options);
  ServedApi() : ServedApi(Options()) {}
  ~ServedApi();

  // Sends a request. What came of it is the status; the answer is in `response`.
  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (v1::CallEventService::Stub::*rpc)(grpc::ClientContext*,
                                                                    const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    SetDeadline(context);
    return (stub.get()->*rpc)(&context, request, response);
  }

  // Registers `calls/15`, of `serviceRecords/9`.
  void RegisterCall();

  // Reports an event; fails the test if that is refused.
  v1::ReportCallEventResponse Report(const v1::ReportCallEventRequest& request);

  // Long enough for the slowest machine; a test that waits for it has failed.
  static void SetDeadline(grpc::ClientContext& context);

  std::string address() const;

  // Says NOT_SERVING, ends the streams, and waits for what is in flight.
  void Stop();

  fakes::FakeCallStore store;
  core::CallFeed feed;
  core::EventRecorder recorder;
  core::EventLanes lanes;
  core::Registrar registrar;
  core::Eraser eraser;
  base::WorkQueue workers;
  CallEventService service;
  Gatekeeper gatekeeper;
  std::unique_ptr<Server> server;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::CallEventService::Stub> stub;

 private:
  bool stopped_ = false;
};

}  // namespace autopulse::callevents::rpc
