#include "services/grpc/rpc_queue.h"

#include <grpc/support/time.h>

#include <utility>

#include "services/base/thread.h"

namespace autopulse::callevents::rpc {

RpcQueue::Member::Member(RpcQueue& queue) : queue_(queue) {
  const absl::MutexLock lock(&queue_.mutex_);
  ++queue_.members_;
}

RpcQueue::Member::~Member() {
  const absl::MutexLock lock(&queue_.mutex_);
  --queue_.members_;
}

RpcQueue::~RpcQueue() {
  {
    const auto all_gone = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return members_ == 0; };
    const absl::MutexLock lock(&mutex_, absl::Condition(&all_gone));
  }
  queue_->Shutdown();
  if (thread_.joinable()) {
    thread_.join();
  } else {
    Run([] {});  // gRPC wants to see the end of it
  }
}

void RpcQueue::Start(std::function<void()> flush) {
  thread_ = base::StartThread("grpc-server", [this, flush = std::move(flush)] { Run(flush); });
}

void RpcQueue::Run(const std::function<void()>& flush) {
  using Next = grpc::CompletionQueue::NextStatus;
  const gpr_timespec at_once = gpr_time_0(GPR_CLOCK_MONOTONIC);
  void* tag = nullptr;
  bool ok = false;
  while (true) {
    if (queue_->AsyncNext(&tag, &ok, at_once) != Next::GOT_EVENT) {
      flush();
      if (!queue_->Next(&tag, &ok)) return;
    }
    static_cast<RpcTag*>(tag)->OnEvent(ok);
  }
}

}  // namespace autopulse::callevents::rpc
