#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "google/protobuf/arena.h"
#include "services/grpc/rpc_queue.h"
#include "services/grpc/status_mapping.h"

namespace autopulse::callevents::rpc {

// One RPC with one request and one answer, from before it comes in until it has ended. `Finish` may
// be called on any thread, everything else by whoever handles it.
//
// Both messages are made on one arena: a batch consists of thousands of small objects, which are so
// made in few pieces and dropped at once.
template <typename Request, typename Response>
class UnaryRpc final {
 public:
  using Writer = grpc::ServerAsyncResponseWriter<Response>;

  // A method of an API: how gRPC is asked for its next request, and what is done with it.
  struct Method {
    std::function<void(grpc::ServerContext*, Request*, Writer*, RpcTag*)> ask;
    std::function<void(UnaryRpc&)> handle;
  };

  // Waits for a request of `method`, then handles it beside waiting for the next, until the server
  // is shut down.
  static void Await(RpcQueue& queue, std::shared_ptr<const Method> method) {
    new UnaryRpc(queue, std::move(method));
  }

  const Request& request() const { return request_; }
  Response& response() { return response_; }
  const grpc::ServerContext& context() const { return context_; }

  // Whether nobody waits for the answer any more: the client is gone, or past its deadline.
  bool is_cancelled() const { return is_cancelled_; }

  // Sends the response, or why there is none.
  void Finish(const absl::Status& status) {
    if (status.ok()) {
      writer_.Finish(response_, grpc::Status::OK, &finished_);
    } else {
      writer_.FinishWithError(ToGrpcStatus(status), &finished_);
    }
  }

 private:
  UnaryRpc(RpcQueue& queue, std::shared_ptr<const Method> method)
      : queue_(queue), member_(queue), method_(std::move(method)) {
    context_.AsyncNotifyWhenDone(&done_);
    method_->ask(&context_, &request_, &writer_, &arrived_);
  }
  ~UnaryRpc() = default;

  void OnArrived(bool ok) {
    if (!ok) {  // the server is shut down, and tells of nothing else
      delete this;
      return;
    }
    Await(queue_, method_);
    method_->handle(*this);
  }

  void OnDone(bool /*ok*/) {
    is_cancelled_ = context_.IsCancelled();
    OnEnded(true);
  }

  // Either of the last two events.
  void OnEnded(bool /*ok*/) {
    if (std::exchange(has_ended_, true)) delete this;
  }

  RpcQueue& queue_;
  const RpcQueue::Member member_;
  const std::shared_ptr<const Method> method_;
  google::protobuf::Arena arena_;
  Request& request_ = *google::protobuf::Arena::CreateMessage<Request>(&arena_);
  Response& response_ = *google::protobuf::Arena::CreateMessage<Response>(&arena_);
  grpc::ServerContext context_;
  Writer writer_{&context_};
  std::atomic<bool> is_cancelled_ = false;
  bool has_ended_ = false;  // one of the two
  MemberTag<UnaryRpc, &UnaryRpc::OnArrived> arrived_{*this};
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
  using Rpc = UnaryRpc<Request, Response>;
  Rpc::Await(queue, std::make_shared<const typename Rpc::Method>(typename Rpc::Method{
                        [&queue, &api, ask](grpc::ServerContext* context, Request* request,
                                            typename Rpc::Writer* writer, RpcTag* tag) {
                          (api.*ask)(context, request, writer, &queue.queue(), &queue.queue(), tag);
                        },
                        std::move(handle)}));
}

}  // namespace autopulse::callevents::rpc
