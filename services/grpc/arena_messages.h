#pragma once

#include <grpcpp/support/message_allocator.h>

#include "google/protobuf/arena.h"

namespace autopulse::callevents::rpc {

// Gives the request and the response of each RPC one arena: a batch consists of thousands of small
// objects, which are so made in few pieces and dropped at once. Thread-safe.
template <typename Request, typename Response>
class ArenaMessages final : public grpc::MessageAllocator<Request, Response> {
 public:
  grpc::MessageHolder<Request, Response>* AllocateMessages() override { return new Held; }

 private:
  class Held final : public grpc::MessageHolder<Request, Response> {
   public:
    Held() {
      this->set_request(google::protobuf::Arena::CreateMessage<Request>(&arena_));
      this->set_response(google::protobuf::Arena::CreateMessage<Response>(&arena_));
    }

    void Release() override { delete this; }

   private:
    google::protobuf::Arena arena_;
  };
};

}  // namespace autopulse::callevents::rpc
