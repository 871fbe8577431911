#pragma once

#include <grpcpp/support/async_unary_call.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "google/protobuf/arena.h"
#include "services/grpc/rpc_queue.h"
#include "services/grpc/served_rpc.h"
#include "services/grpc/status_mapping.h"

namespace autopulse::callevents::rpc {

// One RPC with one request and one answer, from before it comes in until it has ended. `Finish` may
// be called on any thread, everything else by whoever handles it.
//
// Both messages are made on one arena: a batch consists of thousands of small objects, which are so
// made in few pieces and dropped at once.
template <typename Request, typename Response>
class UnaryRpc final : public ServedRpc<UnaryRpc<Request, Response>, Request,
                                        grpc::ServerAsyncResponseWriter<Response>> {
 public:
  const Request& request() const { return request_; }
  Response& response() { return response_; }

  // Whether nobody waits for the answer any more: the client is gone, or past its deadline.
  bool is_cancelled() const { return is_cancelled_; }

  // Sends the response, or why there is none.
  void Finish(const absl::Status& status) {
    if (status.ok()) {
      this->writer().Finish(response_, grpc::Status::OK, &finished_);
    } else {
      this->writer().FinishWithError(ToGrpcStatus(status), &finished_);
    }
  }

 private:
  using Served = ServedRpc<UnaryRpc, Request, grpc::ServerAsyncResponseWriter<Response>>;
  friend Served;

  UnaryRpc(RpcQueue& queue, std::shared_ptr<const typename Served::Method> method)
      : Served(queue, std::move(method)) {
    this->Await(request_, done_);
  }
  ~UnaryRpc() = default;

  void OnDone(bool /*ok*/) {
    is_cancelled_ = this->context().IsCancelled();
    OnEnded(true);
  }

  // Either of the last two events.
  void OnEnded(bool /*ok*/) {
    if (std::exchange(has_ended_, true)) delete this;
  }

  google::protobuf::Arena arena_;
  Request& request_ = *google::protobuf::Arena::CreateMessage<Request>(&arena_);
  Response& response_ = *google::protobuf::Arena::CreateMessage<Response>(&arena_);
  std::atomic<bool> is_cancelled_ = false;
  bool has_ended_ = false;  // one of the two
  MemberTag<UnaryRpc, &UnaryRpc::OnDone> done_{*this};
  MemberTag<UnaryRpc, &UnaryRpc::OnEnded> finished_{*this};
};

// Serves a method until the server is shut down: `ask` is that of gRPC's generated `api`, `handle`
// a function of UnaryRpc&, which has `Finish` called in the end and does not touch the RPC
// afterwards.
template <typename Api, typename ApiBase, typename Request, typename Response, typename Handle>
void ServeMethod(RpcQueue& queue, Api& api,
                 void (ApiBase::*ask)(grpc::ServerContext*, Request*,
                                      grpc::ServerAsyncResponseWriter<Response>*,
                                      grpc::CompletionQueue*, grpc::ServerCompletionQueue*, void*),
                 Handle handle) {
  UnaryRpc<Request, Response>::Serve(queue, api, ask, std::move(handle));
}

}  // namespace autopulse::callevents::rpc
