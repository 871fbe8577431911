#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <iostream>
#include <memory>
#include <string>

namespace autopulse::callevents::bench {

// Serves on a port of this machine, which is printed, until the program is killed. `prepare` is
// given the server before it is started, `start` is called after.
inline void Serve(
    grpc::Service& service, const std::string& name,
    const std::function<void(grpc::ServerBuilder&)>& prepare = [](grpc::ServerBuilder&) {},
    const std::function<void()>& start = [] {}) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  prepare(builder);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  start();
  std::cout << name << " ready on 127.0.0.1:" << port << std::endl;
  server->Wait();
}

}  // namespace autopulse::callevents::bench
