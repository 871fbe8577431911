#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "adapter/delivery/report_batcher.h"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "clients/cpp/channel.h"
#include "clients/cpp/channel_pool.h"

namespace autopulse::callevents::adapter {

// Reports events to the call event service over gRPC. Thread-safe.
//
// All threads share its connections, `client::ChannelPool`.
class CallEventClient {
 public:
  struct Options {
    client::ChannelOptions channel;
    absl::Duration deadline = absl::Seconds(5);  // for one event, answer included; twice for many

    // Optional. The service answered UNAUTHENTICATED or PERMISSION_DENIED. Called on the thread
    // that reports.
    std::function<void(const absl::Status&)> on_refusal = nullptr;
  };

  explicit CallEventClient(Options options);

  // Reports one event, together with those of other threads (`ReportBatcher`), and waits for what
  // became of it. Fails with what the service said; UNAVAILABLE or DEADLINE_EXCEEDED if it said
  // nothing in time, and then the event may have been recorded all the same.
  absl::StatusOr<v1::ReportCallEventResponse> Report(
      const v1::ReportCallEventRequest& request) const;

  // Reports up to 500 events, in this order, and waits for what became of them: one result for
  // each. Fails if nothing is known of any of them; INTERNAL if the service gave another number of
  // results.
  absl::StatusOr<v1::BatchReportCallEventsResponse> ReportBatch(
      const v1::BatchReportCallEventsRequest& request) const;

 private:
  std::vector<ReportBatcher::Result> Send(
      absl::Span<const v1::ReportCallEventRequest* const> events, absl::Time deadline) const;
  ReportBatcher::Result SendOne(const v1::ReportCallEventRequest& request,
                                absl::Time deadline) const;
  absl::StatusOr<v1::BatchReportCallEventsResponse> SendBatch(
      const v1::BatchReportCallEventsRequest& request, absl::Time deadline) const;

  // What became of a request, as Abseil says it.
  absl::Status Result(const grpc::Status& status) const;

  const Options options_;
  const client::ChannelPool services_;
  mutable ReportBatcher batcher_;
};

// What one result of a batch says.
ReportBatcher::Result ResultOf(const v1::BatchReportCallEventsResult& result);

}  // namespace autopulse::callevents::adapter
