// The limit of gRPC: the service's own API, with nothing behind it. Prints its port.

#include <grpcpp/grpcpp.h>

#include <iostream>

#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"

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
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  std::cout << "bare ready on 127.0.0.1:" << port << std::endl;
  server->Wait();
  return 0;
}
