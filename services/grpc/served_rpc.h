#pragma once

#include <grpcpp/server_context.h>

#include <functional>
#include <memory>
#include <utility>

#include "services/grpc/rpc_queue.h"

namespace autopulse::callevents::rpc {

// What all RPCs have in common: one waits for a request of its method, then is handled beside the
// next one that waits, until the server is shut down. `Rpc` is the class that derives from it, with
// `Writer` gRPC's for what it answers; it deletes itself once gRPC has nothing more to tell of it.
template <typename Rpc, typename Request, typename Writer>
class ServedRpc {
 public:
  // A method of an API: how gRPC is asked for its next request, and what is done with it.
  struct Method {
    std::function<void(grpc::ServerContext*, Request*, Writer*, RpcTag*)> ask;
    std::function<void(Rpc&)> handle;
  };

  ServedRpc(const ServedRpc&) = delete;
  ServedRpc& operator=(const ServedRpc&) = delete;

  const grpc::ServerContext& context() const { return context_; }

  // Serves a method: `ask` is that of gRPC's generated `api`.
  template <typename Api, typename Ask, typename Handle>
  static void Serve(RpcQueue& queue, Api& api, Ask ask, Handle handle) {
    Method method{[&queue, &api, ask](grpc::ServerContext* context, Request* request,
                                      Writer* writer, RpcTag* tag) {
                    (api.*ask)(context, request, writer, &queue.queue(), &queue.queue(), tag);
                  },
                  std::move(handle)};
    new Rpc(queue, std::make_shared<const Method>(std::move(method)));
  }

 protected:
  ServedRpc(RpcQueue& queue, std::shared_ptr<const Method> method)
      : queue_(queue), member_(queue), method_(std::move(method)) {}
  ~ServedRpc() = default;

  // Waits for the request. `done` is told when the RPC has ended.
  void Await(Request& request, RpcTag& done) {
    context_.AsyncNotifyWhenDone(&done);
    method_->ask(&context_, &request, &writer_, &arrived_);
  }

  Writer& writer() { return writer_; }

 private:
  void OnArrived(bool ok) {
    Rpc& rpc = static_cast<Rpc&>(*this);
    if (!ok) {  // the server is shut down, and tells of nothing else
      delete &rpc;
      return;
    }
    new Rpc(queue_, method_);
    method_->handle(rpc);
  }

  RpcQueue& queue_;
  const RpcQueue::Member member_;
  const std::shared_ptr<const Method> method_;
  grpc::ServerContext context_;
  Writer writer_{&context_};
  MemberTag<ServedRpc, &ServedRpc::OnArrived> arrived_{*this};
};

}  // namespace autopulse::callevents::rpc
