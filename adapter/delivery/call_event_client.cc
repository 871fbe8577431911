#include "adapter/delivery/call_event_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "adapter/delivery/retry_policy.h"
#include "services/base/field_limits.h"

namespace autopulse::callevents::adapter {

// What the adapter takes from VAPI fits into what it sends.
static_assert(client::kMaxMessageBytes == base::kMaxMessageBytes);

CallEventClient::CallEventClient(Options options)
    : options_(std::move(options)),
      services_(options_.channel),
      batcher_([this](absl::Span<const v1::ReportCallEventRequest* const> events,
                      absl::Time deadline) { return Send(events, deadline); },
               options_.deadline) {}

absl::Status CallEventClient::Result(const grpc::Status& status) const {
  absl::Status result = client::FromGrpc(status);
  if (options_.on_refusal && IsRefusal(result.code())) options_.on_refusal(result);
  return result;
}

absl::StatusOr<v1::ReportCallEventResponse> CallEventClient::Report(
    const v1::ReportCallEventRequest& request) const {
  return batcher_.Report(request);
}

absl::StatusOr<v1::BatchReportCallEventsResponse> CallEventClient::ReportBatch(
    const v1::BatchReportCallEventsRequest& request) const {
  return SendBatch(request, absl::Now() + 2 * options_.deadline);
}

std::vector<ReportBatcher::Result> CallEventClient::Send(
    absl::Span<const v1::ReportCallEventRequest* const> events, absl::Time deadline) const {
  std::vector<ReportBatcher::Result> results;
  results.reserve(events.size());
  if (events.size() > 1) {
    v1::BatchReportCallEventsRequest batch;
    for (const v1::ReportCallEventRequest* event : events) *batch.add_requests() = *event;
    const absl::StatusOr<v1::BatchReportCallEventsResponse> response = SendBatch(batch, deadline);
    if (response.ok()) {
      for (const auto& result : response->results()) results.push_back(ResultOf(result));
      return results;
    }
    if (IsOutage(response.status().code())) {
      results.assign(events.size(), response.status());
      return results;
    }
  }
  // One by one, too, where the batch was refused: whose fault it is shows, and costs nobody else.
  for (const v1::ReportCallEventRequest* event : events) {
    results.push_back(SendOne(*event, deadline));
  }
  return results;
}

ReportBatcher::Result CallEventClient::SendOne(const v1::ReportCallEventRequest& request,
                                               absl::Time deadline) const {
  v1::ReportCallEventResponse response;
  const grpc::Status status =
      services_.Send(&client::ChannelPool::Stub::ReportCallEvent, request, deadline, response);
  if (status.ok()) return response;
  return Result(status);
}

absl::StatusOr<v1::BatchReportCallEventsResponse> CallEventClient::SendBatch(
    const v1::BatchReportCallEventsRequest& request, absl::Time deadline) const {
  v1::BatchReportCallEventsResponse response;
  const grpc::Status status = services_.Send(&client::ChannelPool::Stub::BatchReportCallEvents,
                                             request, deadline, response);
  if (!status.ok()) return Result(status);
  if (response.results_size() == request.requests_size()) return response;
  return absl::InternalError(absl::StrCat("the service gave ", response.results_size(),
                                          " results for ", request.requests_size(), " events"));
}

ReportBatcher::Result ResultOf(const v1::BatchReportCallEventsResult& result) {
  if (result.has_response()) return result.response();
  return absl::Status(static_cast<absl::StatusCode>(result.error().code()),
                      result.error().message());
}

}  // namespace autopulse::callevents::adapter
