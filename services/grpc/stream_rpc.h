#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "services/grpc/rpc_queue.h"
#include "services/grpc/status_mapping.h"

namespace autopulse::callevents::rpc {

// Who serves a stream, and is told how it goes: on the queue's thread, never twice at a time.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;

  // The message was taken, so that the next may be written; not `ok`: the stream is broken.
  virtual void OnWriteDone(bool ok) = 0;

  // The client is gone. `Finish` is still to be called.
  virtual void OnCancel() = 0;

  // The RPC has ended, and must not be touched any more. The last call.
  virtual void OnDone() = 0;
};

// One RPC with one request and a stream of answers, from before it comes in until it has ended. Its
// methods may be called on any thread, but no two at a time.
template <typename Request, typename Message>
class StreamRpc final {
 public:
  using Writer = grpc::ServerAsyncWriter<Message>;

  // A method of an API: how gRPC is asked for its next request, and what is done with it.
  struct Method {
    std::function<void(grpc::ServerContext*, Request*, Writer*, RpcTag*)> ask;
    std::function<void(StreamRpc&)> handle;
  };

  // Waits for a request of `method`, then handles it beside waiting for the next, until the server
  // is shut down.
  static void Await(RpcQueue& queue, std::shared_ptr<const Method> method) {
    new StreamRpc(queue, std::move(method));
  }

  const Request& request() const { return request_; }
  const grpc::ServerContext& context() const { return context_; }

  // From now on `handler` is told. Once, before the method's `handle` returns.
  void Begin(StreamHandler& handler) { handler_ = &handler; }

  // Tells the client that its stream has begun, before there is a message. Once, at first.
  void SendInitialMetadata() {
    ++under_way_;
    writer_.SendInitialMetadata(&began_);
  }

  // Sends `message`, which is not needed any more then. The next one after `OnWriteDone`.
  void Write(const Message& message, grpc::WriteOptions options = {}) {
    ++under_way_;
    writer_.Write(message, options, &written_);
  }

  // Ends the stream. Once, when no message is under way.
  void Finish(const absl::Status& status) { writer_.Finish(ToGrpcStatus(status), &finished_); }

 private:
  StreamRpc(RpcQueue& queue, std::shared_ptr<const Method> method)
      : queue_(queue), member_(queue), method_(std::move(method)) {
    context_.AsyncNotifyWhenDone(&done_);
    method_->ask(&context_, &request_, &writer_, &arrived_);
  }
  ~StreamRpc() = default;

  void OnArrived(bool ok) {
    if (!ok) {  // the server is shut down, and tells of nothing else
      delete this;
      return;
    }
    Await(queue_, method_);
    method_->handle(*this);
  }

  void OnBegan(bool /*ok*/) { OnEvent(); }

  void OnWritten(bool ok) {
    handler_->OnWriteDone(ok);
    OnEvent();
  }

  void OnDone(bool /*ok*/) {
    if (handler_ != nullptr && context_.IsCancelled()) handler_->OnCancel();
    OnEvent();
  }

  void OnFinished(bool /*ok*/) { OnEvent(); }

  void OnEvent() {
    if (--under_way_ > 0) return;
    StreamHandler* const handler = handler_;
    delete this;
    if (handler != nullptr) handler->OnDone();
  }

  RpcQueue& queue_;
  const RpcQueue::Member member_;
  const std::shared_ptr<const Method> method_;
  Request request_;
  grpc::ServerContext context_;
  Writer writer_{&context_};
  StreamHandler* handler_ = nullptr;
  std::atomic<int> under_way_ = 2;  // what gRPC will tell of: that it is finished, and done
  MemberTag<StreamRpc, &StreamRpc::OnArrived> arrived_{*this};
  MemberTag<StreamRpc, &StreamRpc::OnBegan> began_{*this};
  MemberTag<StreamRpc, &StreamRpc::OnWritten> written_{*this};
  MemberTag<StreamRpc, &StreamRpc::OnDone> done_{*this};
  MemberTag<StreamRpc, &StreamRpc::OnFinished> finished_{*this};
};

// Serves a method until the server is shut down: `ask` is that of gRPC's generated `api`, `handle`
// a function of StreamRpc&, which calls `Begin`, or else `Finish`.
template <typename Api, typename ApiBase, typename Request, typename Message, typename Handle>
void ServeMethod(RpcQueue& queue, Api& api,
                 void (ApiBase::*ask)(grpc::ServerContext*, Request*,
                                      grpc::ServerAsyncWriter<Message>*, grpc::CompletionQueue*,
                                      grpc::ServerCompletionQueue*, void*),
                 Handle handle) {
  using Rpc = StreamRpc<Request, Message>;
  Rpc::Await(queue, std::make_shared<const typename Rpc::Method>(typename Rpc::Method{
                        [&queue, &api, ask](grpc::ServerContext* context, Request* request,
                                            typename Rpc::Writer* writer, RpcTag* tag) {
                          (api.*ask)(context, request, writer, &queue.queue(), &queue.queue(), tag);
                        },
                        std::move(handle)}));
}

}  // namespace autopulse::callevents::rpc
