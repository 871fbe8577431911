#include "services/grpc/health_service.h"

#include <optional>

#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"

namespace autopulse::callevents::rpc {

using grpc::health::v1::HealthCheckResponse;

// One Watch. Writes how it is, and again whenever that has changed; ends when the server stops. All
// but the callbacks run with the owner's mutex held.
class HealthService::Stream final : public StreamHandler {
 public:
  Stream(HealthService& owner, WatchRpc& rpc)
      : owner_(owner), rpc_(rpc), subject_(SubjectOf(rpc.TakeRequest().service())) {
    rpc_.Begin(*this);
  }

  // Says how it is, unless that has been said. What changes while a write is under way is said
  // after it.
  void Tell() {
    if (finished_ || writing_) return;
    const Status status = owner_.StatusOf(subject_);
    if (said_ != status) {
      said_ = status;
      HealthCheckResponse response;
      response.set_status(status);
      writing_ = true;
      rpc_.Write(response);
    } else if (owner_.stopped_) {
      End(absl::UnavailableError("the service is stopping"));
    }
  }

  void OnWriteDone(bool ok) override {
    const absl::MutexLock lock(&owner_.mutex_);
    writing_ = false;
    if (!ok || finish_after_write_) return End(absl::CancelledError());
    Tell();
  }

  void OnCancel() override {
    const absl::MutexLock lock(&owner_.mutex_);
    if (writing_) {
      finish_after_write_ = true;
    } else {
      End(absl::CancelledError());
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
  void End(const absl::Status& status) {
    if (finished_) return;
    finished_ = true;
    rpc_.Finish(status);
  }

  HealthService& owner_;
  WatchRpc& rpc_;
  const Subject subject_;
  std::optional<Status> said_;
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

void HealthService::Serve(RpcQueue& queue) {
  using Api = grpc::health::v1::Health::AsyncService;
  ServeMethod(queue, api_, &Api::RequestCheck, [this](CheckRpc& rpc) { Check(rpc); });
  ServeMethod(queue, api_, &Api::RequestWatch, [this](WatchRpc& rpc) { Watch(rpc); });
}

void HealthService::Check(CheckRpc& rpc) {
  const Subject subject = SubjectOf(rpc.request().service());
  if (subject == Subject::kUnknown) {
    rpc.Finish(absl::NotFoundError("there is no such service"));
    return;
  }
  {
    const absl::MutexLock lock(&mutex_);
    rpc.response().set_status(StatusOf(subject));
  }
  rpc.Finish(absl::OkStatus());
}

void HealthService::Watch(WatchRpc& rpc) {
  auto* stream = new Stream(*this, rpc);
  const absl::MutexLock lock(&mutex_);
  streams_.insert(stream);
  stream->Tell();
}

}  // namespace autopulse::callevents::rpc
