// The limit of gRPC: the service's own API, with nothing behind it. Prints its port.

#include <grpcpp/grpcpp.h>

#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "tests/bench/serve.h"

namespace autopulse::callevents::bench {
namespace {

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

}  // namespace
}  // namespace autopulse::callevents::bench

int main() {
  autopulse::callevents::bench::BareService service;
  autopulse::callevents::bench::Serve(service, "bare");
  return 0;
}
