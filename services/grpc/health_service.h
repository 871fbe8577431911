#pragma once

#include <string>
#include <unordered_set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "services/grpc/rpc_queue.h"
#include "services/grpc/stream_rpc.h"
#include "services/grpc/unary_rpc.h"

namespace autopulse::callevents::rpc {

// The standard health protocol. The server as a whole is SERVING until stopped, as long as the
// process lives; CallEventService is only while it is ready, too. Thread-safe.
//
// gRPC has one of its own, which lets an open Watch hold up the shutdown.
class HealthService final {
 public:
  using CheckRpc =
      UnaryRpc<grpc::health::v1::HealthCheckRequest, grpc::health::v1::HealthCheckResponse>;
  using WatchRpc =
      StreamRpc<grpc::health::v1::HealthCheckRequest, grpc::health::v1::HealthCheckResponse>;

  HealthService() = default;
  ~HealthService();  // waits until all streams have ended
  HealthService(const HealthService&) = delete;
  HealthService& operator=(const HealthService&) = delete;

  // What gRPC knows of it, to be registered with a server.
  grpc::Service& api() { return api_; }

  // Takes the requests that `queue` tells of, from now on.
  void Serve(RpcQueue& queue);

  // Says whether CallEventService can record events, which it can at first. Reads may go on either
  // way: who asks decides what to make of it.
  void SetReady(bool ready);

  // Says NOT_SERVING from now on, and ends all streams once they have said so.
  void Stop();

 private:
  class Stream;
  enum class Subject { kServer, kCallEventService, kUnknown };
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;

  void Check(CheckRpc& rpc);
  void Watch(WatchRpc& rpc);
  static Subject SubjectOf(const std::string& service);
  Status StatusOf(Subject subject) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void TellAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  grpc::health::v1::Health::AsyncService api_;
  absl::Mutex mutex_;
  bool ready_ ABSL_GUARDED_BY(mutex_) = true;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::unordered_set<Stream*> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace autopulse::callevents::rpc
