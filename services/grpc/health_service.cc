#include "services/grpc/health_service.h"

#include <string>

#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"

namespace autopulse::callevents::rpc {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

namespace {

bool IsKnown(const std::string& service) {
  return service.empty() || service == v1::CallEventService::service_full_name();
}

}  // namespace

// One Watch. Writes at most twice: how it is, and that it serves no more.
class HealthService::Stream final : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  Stream(HealthService& owner, bool known) : owner_(owner), known_(known) {}

  // Says how it is. With the owner's mutex held, as everything here but the callbacks.
  void Write(bool serving) {
    if (finished_) return;
    if (writing_) {
      write_again_ = true;
      return;
    }
    response_.set_status(!known_   ? HealthCheckResponse::SERVICE_UNKNOWN
                         : serving ? HealthCheckResponse::SERVING
                                   : HealthCheckResponse::NOT_SERVING);
    writing_ = true;
    StartWrite(&response_);
  }

  void OnWriteDone(bool ok) override {
    const absl::MutexLock lock(&owner_.mutex_);
    writing_ = false;
    if (write_again_) {
      write_again_ = false;
      if (ok) return Write(owner_.serving_);
    }
    if (!ok || finish_after_write_) return End(grpc::Status::CANCELLED);
    if (!owner_.serving_) End({grpc::StatusCode::UNAVAILABLE, "the service is stopping"});
  }

  void OnCancel() override {
    const absl::MutexLock lock(&owner_.mutex_);
    if (writing_) {
      finish_after_write_ = true;
    } else {
      End(grpc::Status::CANCELLED);
    }
  }

  void OnDone() override {
    {
      const absl::MutexLock lock(&owner_.mutex_);
      owner_.streams_.erase(this);
    }
    delete this;
  }

 private:
  void End(const grpc::Status& status) {
    if (finished_) return;
    finished_ = true;
    Finish(status);
  }

  HealthService& owner_;
  const bool known_;
  HealthCheckResponse response_;  // not touched while it is written
  bool writing_ = false;
  bool write_again_ = false;
  bool finish_after_write_ = false;
  bool finished_ = false;
};

HealthService::~HealthService() {
  Stop();
  const auto all_gone = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return streams_.empty(); };
  const absl::MutexLock lock(&mutex_, absl::Condition(&all_gone));
}

void HealthService::Stop() {
  const absl::MutexLock lock(&mutex_);
  if (!serving_) return;
  serving_ = false;
  for (Stream* stream : streams_) stream->Write(serving_);
}

grpc::ServerUnaryReactor* HealthService::Check(grpc::CallbackServerContext* context,
                                               const HealthCheckRequest* request,
                                               HealthCheckResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (!IsKnown(request->service())) {
    reactor->Finish({grpc::StatusCode::NOT_FOUND, "there is no such service"});
    return reactor;
  }
  const absl::MutexLock lock(&mutex_);
  response->set_status(serving_ ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING);
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Watch(
    grpc::CallbackServerContext*, const HealthCheckRequest* request) {
  auto* stream = new Stream(*this, IsKnown(request->service()));
  const absl::MutexLock lock(&mutex_);
  streams_.insert(stream);
  stream->Write(serving_);
  return stream;
}

}  // namespace autopulse::callevents::rpc
