// The limit of gRPC: the service's own API, with nothing behind it. Prints its port.

#include <grpcpp/grpcpp.h>

#include <optional>

#include "CLI/CLI.hpp"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "services/grpc/rpc_queue.h"
#include "services/grpc/unary_rpc.h"
#include "tests/bench/serve.h"

namespace autopulse::callevents::bench {
namespace {

// By gRPC's callbacks, as most servers are.
class BareService final : public v1::CallEventService::CallbackService {
  grpc::ServerUnaryReactor* GetCall(grpc::CallbackServerContext* context,
                                    const v1::GetCallRequest* request,
                                    v1::GetCallResponse* response) override {
    response->mutable_call()->set_name(request->name());
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

void ServeByCallbacks() {
  BareService service;
  Serve(service, "bare");
}

// As the real service is served.
void ServeByOneThread() {
  using Api = v1::CallEventService::AsyncService;
  Api api;
  std::optional<rpc::RpcQueue> queue;
  const auto start = [&] {
    rpc::ServeMethod(*queue, api, &Api::RequestGetCall, [](auto& rpc) {
      rpc.response().mutable_call()->set_name(rpc.request().name());
      rpc.Finish(absl::OkStatus());
    });
    queue->Start([] {});
  };
  Serve(
      api, "bare", [&](grpc::ServerBuilder& builder) { queue.emplace(builder); }, start);
}

int Main(int argc, char** argv) {
  bool one_thread = false;
  CLI::App app("Answers GetCall with nothing behind it.");
  app.add_flag("--one-thread", one_thread, "by one thread instead of gRPC's callbacks");
  CLI11_PARSE(app, argc, argv);
  one_thread ? ServeByOneThread() : ServeByCallbacks();
  return 0;
}

}  // namespace
}  // namespace autopulse::callevents::bench

int main(int argc, char** argv) { return autopulse::callevents::bench::Main(argc, argv); }
