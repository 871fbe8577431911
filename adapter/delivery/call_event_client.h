#pragma once

#include <grpcpp/completion_queue.h>

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "adapter/delivery/report_batcher.h"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "clients/cpp/channel.h"
#include "clients/cpp/channel_pool.h"
#include "services/base/work_queue.h"

namespace autopulse::callevents::adapter {

// Reports events to the call event service over gRPC. Thread-safe.
//
// All threads share its connections, `client::ChannelPool`. One thread takes all answers: decision
// 0034.
class CallEventClient {
 public:
  struct Options {
    client::ChannelOptions channel;
    absl::Duration deadline = absl::Seconds(5);  // for one event, answer included; twice for many

    // Optional. The service answered UNAUTHENTICATED or PERMISSION_DENIED. Called on any thread;
    // must not block.
    std::function<void(const absl::Status&)> on_refusal = nullptr;
  };

  explicit CallEventClient(Options options);

  // Takes an event, which `Flush` sends together with others (`ReportBatcher`), and tells `done`
  // what became of it, on a thread of its own: what the service said; UNAVAILABLE or
  // DEADLINE_EXCEEDED if it said nothing in time, and then the event may have been recorded all the
  // same. `done` must not block.
  void Start(EventRequest request, ReportBatcher::Done done) const;

  // Sends what was taken. Does not block.
  void Flush() const;

  // Reports one event and waits for what became of it. Fails as `Start` tells it.
  absl::StatusOr<v1::ReportCallEventResponse> Report(
      const v1::ReportCallEventRequest& request) const;

  // Reports up to 500 events, in this order, and waits for what became of them: one result for
  // each. Fails if nothing is known of any of them; INTERNAL if the service gave another number of
  // results.
  absl::StatusOr<v1::BatchReportCallEventsResponse> ReportBatch(
      const v1::BatchReportCallEventsRequest& request) const;

 private:
  struct Call;

  // Where gRPC puts the answers, and the thread that takes them.
  struct Answers {
    explicit Answers(const CallEventClient& client);
    ~Answers();  // once nothing is under way
    grpc::CompletionQueue queue;
    std::thread thread;
  };

  void Send(absl::Span<v1::ReportCallEventRequest* const> events, absl::Time deadline,
            ReportBatcher::Sent sent) const;
  void OnAnswer(std::shared_ptr<Call> call) const;
  void TryAgain(std::shared_ptr<Call> call, const absl::Status& error) const;
  std::vector<ReportBatcher::Result> SendAgain(const Call& call) const;
  std::vector<ReportBatcher::Result> SendEach(const Call& call) const;
  ReportBatcher::Result SendOne(const v1::ReportCallEventRequest& request,
                                absl::Time deadline) const;
  absl::StatusOr<v1::BatchReportCallEventsResponse> SendBatch(
      const v1::BatchReportCallEventsRequest& request, absl::Time deadline) const;

  // What became of a request, as Abseil says it.
  absl::Status Result(const grpc::Status& status) const;

  const Options options_;
  const client::ChannelPool services_;
  mutable Answers answers_;
  mutable base::WorkQueue retries_;
  mutable ReportBatcher batcher_;  // the first to be destroyed: it waits for what is under way
};

}  // namespace autopulse::callevents::adapter
