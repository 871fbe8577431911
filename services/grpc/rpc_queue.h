#pragma once

#include <grpcpp/server_builder.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace autopulse::callevents::rpc {

// What gRPC is given with each thing that it is to do, and gives back when that is done. Lives
// until then.
class RpcTag {
 public:
  // Runs on the queue's thread, and must not block. `ok` is what gRPC says of it.
  virtual void OnEvent(bool ok) = 0;

 protected:
  ~RpcTag() = default;
};

// A tag that calls a method of its owner.
template <typename Owner, void (Owner::*kMethod)(bool ok)>
class MemberTag final : public RpcTag {
 public:
  explicit MemberTag(Owner& owner) : owner_(owner) {}
  void OnEvent(bool ok) override { (owner_.*kMethod)(ok); }

 private:
  Owner& owner_;
};

// The one thread that takes what gRPC has to tell of all RPCs of a server: several would hand each
// piece of work around, for twice its cost (decision 0034). Thread-safe.
class RpcQueue {
 public:
  // For the server that `builder` is going to build.
  explicit RpcQueue(grpc::ServerBuilder& builder) : queue_(builder.AddCompletionQueue()) {}

  // To be destroyed after its server was shut down, if that was ever started. Waits until all RPCs
  // have ended.
  ~RpcQueue();
  RpcQueue(const RpcQueue&) = delete;
  RpcQueue& operator=(const RpcQueue&) = delete;

  // Begins to take. Once, after the server was started. Whenever there is nothing more to take,
  // `flush` is called: what came in together has come in.
  void Start(std::function<void()> flush);

  grpc::ServerCompletionQueue& queue() { return *queue_; }

  // An RPC that waits for its request or goes on, as long as it exists.
  class Member {
   public:
    explicit Member(RpcQueue& queue);
    ~Member();
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

   private:
    RpcQueue& queue_;
  };

 private:
  void Run(const std::function<void()>& flush);

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  absl::Mutex mutex_;
  std::size_t members_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

}  // namespace autopulse::callevents::rpc
