#pragma once

#include <string>
#include <unordered_set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace autopulse::callevents::rpc {

// The standard health protocol. The server as a whole is SERVING until stopped, as long as the
// process lives; CallEventService is only while it is ready, too. Thread-safe.
//
// gRPC has one of its own, which lets an open Watch hold up the shutdown.
class HealthService final : public grpc::health::v1::Health::CallbackService {
 public:
  HealthService() = default;
  ~HealthService() override;  // waits until all streams have ended

  // Says whether CallEventService can record events, which it can at first. Reads may go on either
  // way: who asks decides what to make of it.
  void SetReady(bool ready);

  // Says NOT_SERVING from now on, and ends all streams once they have said so.
  void Stop();

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::health::v1::HealthCheckRequest* request,
                                  grpc::health::v1::HealthCheckResponse* response) override;
  grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse>* Watch(
      grpc::CallbackServerContext* context,
      const grpc::health::v1::HealthCheckRequest* request) override;

 private:
  class Stream;
  enum class Subject { kServer, kCallEventService, kUnknown };
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;

  static Subject SubjectOf(const std::string& service);
  Status StatusOf(Subject subject) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void TellAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  bool ready_ ABSL_GUARDED_BY(mutex_) = true;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::unordered_set<Stream*> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace autopulse::callevents::rpc
