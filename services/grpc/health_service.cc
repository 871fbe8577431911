#include "services/grpc/health_service.h"

#include <optional>

#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"

namespace autopulse::callevents::rpc {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// One Watch. Writes how it is, and again whenever that has changed; ends when the server stops. All
// but the callbacks run with the owner's mutex held.
class HealthService::Stream final : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  Stream(HealthService& owner, Subject subject) : owner_(owner), subject_(subject) {}

  // Says how it is, unless that has been said. What changes while a write is under way is said
  // after it.
  void Tell() {
    if (finished_ || writing_) return;
    const Status status = owner_.StatusOf(subject_);
    if (said_ != status) {
      said_ = status;
      response_.set_status(status);
      writing_ = true;
      StartWrite(&response_);
    } else if (owner_.stopped_) {
      End({grpc::StatusCode::UNAVAILABLE, "the service is stopping"});
    }
  }

  void OnWriteDone(bool ok) override {
    const absl::MutexLock lock(&owner_.mutex_);
    writing_ = false;
    if (!ok || finish_after_write_) return End(grpc::Status::CANCELLED);
    Tell();
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
  const Subject subject_;
  std::optional<Status> said_;
  HealthCheckResponse response_;  // not touched while it is written
  bool writing_ = false;
  bool finish_after_write_ = false;
  bool finished_ = false;
};

HealthService::~HealthService() {
  Stop();
  const auto all_gone = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return streams_.empty(); };
  const absl::MutexLock lock(&mutex_, absl::Condition(&all_gone));
}

HealthService::Subject HealthService::SubjectOf(const std::string& service) {
  if (service.empty()) return Subject::kServer;
  return service == v1::CallEventService::service_full_name() ? Subject::kCallEventService
                                                              : Subject::kUnknown;
}

HealthService::Status HealthService::StatusOf(Subject subject) const {
  if (subject == Subject::kUnknown) return HealthCheckResponse::SERVICE_UNKNOWN;
  const bool serves = !stopped_ && (ready_ || subject == Subject::kServer);
  return serves ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

void HealthService::TellAll() {
  for (Stream* stream : streams_) stream->Tell();
}

void HealthService::SetReady(bool ready) {
  const absl::MutexLock lock(&mutex_);
  ready_ = ready;
  TellAll();
}

void HealthService::Stop() {
  const absl::MutexLock lock(&mutex_);
  stopped_ = true;
  TellAll();
}

grpc::ServerUnaryReactor* HealthService::Check(grpc::CallbackServerContext* context,
                                               const HealthCheckRequest* request,
                                               HealthCheckResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const Subject subject = SubjectOf(request->service());
  if (subject == Subject::kUnknown) {
    reactor->Finish({grpc::StatusCode::NOT_FOUND, "there is no such service"});
    return reactor;
  }
  const absl::MutexLock lock(&mutex_);
  response->set_status(StatusOf(subject));
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Watch(
    grpc::CallbackServerContext*, const HealthCheckRequest* request) {
  auto* stream = new Stream(*this, SubjectOf(request->service()));
  const absl::MutexLock lock(&mutex_);
  streams_.insert(stream);
  stream->Tell();
  return stream;
}

}  // namespace autopulse::callevents::rpc
