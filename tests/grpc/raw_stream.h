#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <optional>
#include <string>

namespace autopulse::callevents::rpc {

// A call of a method by its path, in bytes: for the standard services, whose messages the build
// does not generate. For tests.
class RawStream {
 public:
  // Sends one message: `/grpc.health.v1.Health/Watch`.
  RawStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
            const std::string& message);
  ~RawStream();

  // The next message that comes; nothing if the stream has ended.
  std::optional<std::string> Read();

  // Waits for the end of the stream.
  grpc::Status Finish();

 private:
  bool Await();

  bool finished_ = false;

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  grpc::GenericStub stub_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
};

}  // namespace autopulse::callevents::rpc
