#pragma once

#include <grpcpp/support/async_stream.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "services/grpc/rpc_queue.h"
#include "services/grpc/served_rpc.h"
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
class StreamRpc final
    : public ServedRpc<StreamRpc<Request, Message>, Request, grpc::ServerAsyncWriter<Message>> {
 public:
  // The request, which is not kept: a stream may live long, and a request may be large. Once.
  Request TakeRequest() { return std::exchange(request_, Request()); }

  // From now on `handler` is told. Once, before the method's handler returns.
  void Begin(StreamHandler& handler) { handler_ = &handler; }

  // Tells the client that its stream has begun, before there is a message. Once, at first.
  void SendInitialMetadata() {
    ++under_way_;
    this->writer().SendInitialMetadata(&began_);
  }

  // Sends `message`, which is not needed any more then. The next one after `OnWriteDone`.
  void Write(const Message& message, grpc::WriteOptions options = {}) {
    ++under_way_;
    this->writer().Write(message, options, &written_);
  }

  // Ends the stream. Once, when no message is under way.
  void Finish(const absl::Status& status) {
    this->writer().Finish(ToGrpcStatus(status), &finished_);
  }

 private:
  using Served = ServedRpc<StreamRpc, Request, grpc::ServerAsyncWriter<Message>>;
  friend Served;

  StreamRpc(RpcQueue& queue, std::shared_ptr<const typename Served::Method> method)
      : Served(queue, std::move(method)) {
    this->Await(request_, done_);
  }
  ~StreamRpc() = default;

  void OnWritten(bool ok) {
    handler_->OnWriteDone(ok);
    OnEvent(true);
  }

  void OnDone(bool /*ok*/) {
    if (handler_ != nullptr && this->context().IsCancelled()) handler_->OnCancel();
    OnEvent(true);
  }

  void OnEvent(bool /*ok*/) {
    if (--under_way_ > 0) return;
    StreamHandler* const handler = handler_;
    delete this;
    if (handler != nullptr) handler->OnDone();
  }

  Request request_;
  StreamHandler* handler_ = nullptr;
  std::atomic<int> under_way_ = 2;  // what gRPC will tell of: that it is finished, and done
  MemberTag<StreamRpc, &StreamRpc::OnEvent> began_{*this};
  MemberTag<StreamRpc, &StreamRpc::OnWritten> written_{*this};
  MemberTag<StreamRpc, &StreamRpc::OnDone> done_{*this};
  MemberTag<StreamRpc, &StreamRpc::OnEvent> finished_{*this};
};

// Serves a method until the server is shut down: `ask` is that of gRPC's generated `api`, `handle`
// a function of StreamRpc&, which calls `Begin`, or else `Finish`.
template <typename Api, typename ApiBase, typename Request, typename Message, typename Handle>
void ServeMethod(RpcQueue& queue, Api& api,
                 void (ApiBase::*ask)(grpc::ServerContext*, Request*,
                                      grpc::ServerAsyncWriter<Message>*, grpc::CompletionQueue*,
                                      grpc::ServerCompletionQueue*, void*),
                 Handle handle) {
  StreamRpc<Request, Message>::Serve(queue, api, ask, std::move(handle));
}

}  // namespace autopulse::callevents::rpc
