#include "adapter/call_event_client.h"

#include "absl/strings/str_cat.h"
#include "services/base/field_limits.h"

namespace autopulse::callevents::adapter {

// What the adapter takes from VAPI fits into what it sends.
static_assert(client::kMaxMessageBytes == base::kMaxMessageBytes);

CallEventClient::CallEventClient(const Options& options)
    : deadline_(options.deadline),
      stub_(v1::CallEventService::NewStub(client::OpenChannel(options.channel))) {}

absl::StatusOr<v1::ReportCallEventResponse> CallEventClient::Report(
    const v1::ReportCallEventRequest& request) const {
  grpc::ClientContext context;
  client::LimitTime(deadline_, context);
  v1::ReportCallEventResponse response;
  const grpc::Status status = stub_->ReportCallEvent(&context, request, &response);
  if (status.ok()) return response;
  return client::FromGrpc(status);
}

absl::StatusOr<v1::BatchReportCallEventsResponse> CallEventClient::ReportBatch(
    const v1::BatchReportCallEventsRequest& request) const {
  grpc::ClientContext context;
  client::LimitTime(2 * deadline_, context);
  v1::BatchReportCallEventsResponse response;
  const grpc::Status status = stub_->BatchReportCallEvents(&context, request, &response);
  if (!status.ok()) return client::FromGrpc(status);
  if (response.results_size() == request.requests_size()) return response;
  return absl::InternalError(absl::StrCat("the service gave ", response.results_size(),
                                          " results for ", request.requests_size(), " events"));
}

}  // namespace autopulse::callevents::adapter
