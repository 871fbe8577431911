#pragma once

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "adapter/delivery/call_event_client.h"
#include "adapter/delivery/event_sink.h"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "gtest/gtest.h"
#include "persistence/spool/event_spool.h"
#include "services/base/clock.h"
#include "services/base/counters.h"
#include "tests/temporary_folder.h"
#include "tests/wait_until.h"

// A service that answers as the test says, a spool on a real file, a clock that stands still.
namespace autopulse::callevents::adapter {

// Records what it is sent and answers each event as `answer` says. Thread-safe.
class RecordingService final : public v1::CallEventService::Service {
 public:
  using Answer = std::function<grpc::Status(const v1::ReportCallEventRequest&)>;

  RecordingService() { Start(); }
  ~RecordingService() override { Stop(); }

  void Start() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(absl::StrCat("127.0.0.1:", port_), grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  void Stop() {
    if (server_ != nullptr) server_->Shutdown(absl::ToChronoTime(absl::Now()));
    server_ = nullptr;
  }

  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  void SetAnswer(Answer answer) {
    const absl::MutexLock lock(&mutex_);
    answer_ = std::move(answer);
  }
  void AnswerAlways(grpc::StatusCode code) {
    SetAnswer([code](const auto&) { return grpc::Status(code, "no"); });
  }
  // Answers every request as a whole with this, before it is looked at; OK lets them in again.
  void SetAdmission(grpc::StatusCode code) {
    const absl::MutexLock lock(&mutex_);
    admission_ = grpc::Status(code, "no");
  }
  // Answers every batch as a whole with this.
  void RefuseBatches(grpc::StatusCode code) {
    const absl::MutexLock lock(&mutex_);
    batch_admission_ = grpc::Status(code, "no");
  }
  // Says of what it records that it had been recorded before.
  void AnswerAsDuplicates() {
    const absl::MutexLock lock(&mutex_);
    duplicates_ = true;
  }
  void RecordEverything() {
    SetAnswer([](const auto&) { return grpc::Status::OK; });
  }

  // The ids of the events that were recorded, in order.
  std::vector<std::string> recorded() const {
    const absl::MutexLock lock(&mutex_);
    return recorded_;
  }
  int calls() const {
    const absl::MutexLock lock(&mutex_);
    return calls_;
  }

  grpc::Status ReportCallEvent(grpc::ServerContext* /*context*/,
                               const v1::ReportCallEventRequest* request,
                               v1::ReportCallEventResponse* response) override {
    const absl::MutexLock lock(&mutex_);
    ++calls_;
    if (!admission_.ok()) return admission_;
    return Record(*request, *response);
  }

  // Called before each batch is answered, by several threads at a time. To be set before anything
  // is sent.
  void BeforeBatch(std::function<void()> hook) { before_batch_ = std::move(hook); }

  grpc::Status BatchReportCallEvents(grpc::ServerContext* /*context*/,
                                     const v1::BatchReportCallEventsRequest* request,
                                     v1::BatchReportCallEventsResponse* response) override {
    if (before_batch_) before_batch_();
    const absl::MutexLock lock(&mutex_);
    ++calls_;
    if (!admission_.ok()) return admission_;
    if (!batch_admission_.ok()) return batch_admission_;
    for (const v1::ReportCallEventRequest& event : request->requests()) {
      v1::BatchReportCallEventsResult& result = *response->add_results();
      const grpc::Status status = Record(event, *result.mutable_response());
      if (status.ok()) continue;
      result.mutable_error()->set_code(status.error_code());
      result.mutable_error()->set_message(status.error_message());
    }
    return grpc::Status::OK;
  }

 private:
  grpc::Status Record(const v1::ReportCallEventRequest& request,
                      v1::ReportCallEventResponse& response) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const grpc::Status status = answer_(request);
    if (!status.ok()) return status;
    recorded_.push_back(request.event_id());
    *response.mutable_event() = request.event();
    response.mutable_call()->set_name(request.parent());
    response.set_duplicate(duplicates_);
    return status;
  }

  mutable absl::Mutex mutex_;
  Answer answer_ ABSL_GUARDED_BY(mutex_) = [](const auto&) { return grpc::Status::OK; };
  std::vector<std::string> recorded_ ABSL_GUARDED_BY(mutex_);
  grpc::Status admission_ ABSL_GUARDED_BY(mutex_);
  grpc::Status batch_admission_ ABSL_GUARDED_BY(mutex_);
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  bool duplicates_ ABSL_GUARDED_BY(mutex_) = false;
  std::function<void()> before_batch_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// Runs what may block, on a thread for each. Waits for all of it at its end.
class BlockingThreads {
 public:
  ~BlockingThreads() {
    for (std::thread& thread : threads_) thread.join();
  }

  void Run(absl::AnyInvocable<void()> work) {
    const absl::MutexLock lock(&mutex_);
    threads_.emplace_back(std::move(work));
  }

  std::size_t count() const {
    const absl::MutexLock lock(&mutex_);
    return threads_.size();
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

// An event that was handed over, by a thread that may not block, and what becomes of it.
class Handed {
 public:
  // Waits until it is known.
  const Delivered& Wait() const {
    state_->known.WaitForNotification();
    return *state_->delivered;
  }

  bool is_known() const { return state_->known.HasBeenNotified(); }

  std::unique_ptr<EventSink::Awaiting> MakeAwaiting(BlockingThreads& threads) const {
    return std::make_unique<Awaiting>(state_, threads);
  }

 private:
  struct State {
    std::optional<Delivered> delivered;
    absl::Notification known;
  };

  class Awaiting final : public EventSink::Awaiting {
   public:
    Awaiting(std::shared_ptr<State> state, BlockingThreads& threads)
        : state_(std::move(state)), threads_(threads) {}

    void OnDelivered(const v1::ReportCallEventRequest& /*request*/, Delivered delivered) override {
      state_->delivered = std::move(delivered);
      state_->known.Notify();
    }
    bool may_block() const override { return false; }
    void Post(absl::AnyInvocable<void()> work) override { threads_.Run(std::move(work)); }

   private:
    const std::shared_ptr<State> state_;
    BlockingThreads& threads_;
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class SpoolingTest : public testing::Test {
 protected:
  SpoolingTest() {
    auto opened = persistence::spool::EventSpool::Open(folder_ / "spool.db", now_, {});
    EXPECT_TRUE(opened.ok()) << opened.status();
    spool_ = *std::move(opened);
  }

  base::Clock Clock() {
    return [this] { return now_; };
  }

  // An event of call `call` with an id of its own.
  static v1::ReportCallEventRequest Event(int call, const std::string& event_id) {
    v1::ReportCallEventRequest request;
    request.set_parent(absl::StrCat("calls/", call));
    request.set_event_id(event_id);
    request.mutable_event()->mutable_receive_time()->set_seconds(1'700'000'000);
    request.mutable_event()->mutable_status_update()->set_status(v1::CALL_STATUS_RINGING);
    return request;
  }

  // Waits until threads have sent everything.
  void WaitUntilDrained() {
    WaitUntil([this] { return spool_->pending() == 0; }, "an empty spool");
  }

  std::vector<persistence::spool::DeadLetter> DeadLetters() {
    auto letters = spool_->dead_letters().List({}, 0, 100);
    EXPECT_TRUE(letters.ok()) << letters.status();
    return letters.value_or(std::vector<persistence::spool::DeadLetter>());
  }

  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  const TemporaryFolder folder_;
  RecordingService service_;
  base::Counters counters_;
  CallEventClient client_{
      {.channel = {.service = service_.address()}, .deadline = absl::Seconds(5)}};
  std::unique_ptr<persistence::spool::EventSpool> spool_;
  BlockingThreads threads_;
};

}  // namespace autopulse::callevents::adapter
