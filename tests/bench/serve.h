#pragma once

#include <grpcpp/grpcpp.h>

#include <iostream>
#include <memory>
#include <string>

namespace autopulse::callevents::bench {

// Serves on a port of this machine, which is printed, until the program is killed.
inline void Serve(grpc::Service& service, const std::string& name) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  std::cout << name << " ready on 127.0.0.1:" << port << std::endl;
  server->Wait();
}

}  // namespace autopulse::callevents::bench
