#include "adapter/call_event_client.h"

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/field_limits.h"

namespace autopulse::callevents::adapter {
namespace {

// A service that was restarted is found again within about this time.
constexpr int kMaxReconnectBackoffMs = 2'000;
constexpr int kFirstReconnectBackoffMs = 100;

grpc::ChannelArguments ChannelArguments() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(static_cast<int>(base::kMaxMessageBytes));
  arguments.SetMaxSendMessageSize(static_cast<int>(base::kMaxMessageBytes));
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectBackoffMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectBackoffMs);
  // How long one attempt to connect may take before it counts as failed.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kMaxReconnectBackoffMs);
  // The service is near; a proxy of the environment is meant for the world outside.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetCompressionAlgorithm(GRPC_COMPRESS_NONE);
  return arguments;
}

std::shared_ptr<grpc::Channel> ServiceChannel(const std::string& service) {
  // A call that fails fast never waits for the network, so that a new connection, or the end of
  // one, is noticed only by gRPC's own poller: every 5 s, unless it is told otherwise before it
  // begins.
  setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "100", /*overwrite=*/0);
  return grpc::CreateCustomChannel(service, grpc::InsecureChannelCredentials(), ChannelArguments());
}

// gRPC's codes and Abseil's are the same numbers.
absl::Status ToAbsl(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

void Limit(absl::Duration deadline, grpc::ClientContext& context) {
  context.set_wait_for_ready(false);
  context.set_deadline(absl::ToChronoTime(absl::Now() + deadline));
}

}  // namespace

CallEventClient::CallEventClient(const Options& options)
    : deadline_(options.deadline),
      stub_(v1::CallEventService::NewStub(ServiceChannel(options.service))) {}

absl::StatusOr<v1::ReportCallEventResponse> CallEventClient::Report(
    const v1::ReportCallEventRequest& request) const {
  grpc::ClientContext context;
  Limit(deadline_, context);
  v1::ReportCallEventResponse response;
  const grpc::Status status = stub_->ReportCallEvent(&context, request, &response);
  if (status.ok()) return response;
  return ToAbsl(status);
}

absl::StatusOr<v1::BatchReportCallEventsResponse> CallEventClient::ReportBatch(
    const v1::BatchReportCallEventsRequest& request) const {
  grpc::ClientContext context;
  Limit(2 * deadline_, context);
  v1::BatchReportCallEventsResponse response;
  const grpc::Status status = stub_->BatchReportCallEvents(&context, request, &response);
  if (!status.ok()) return ToAbsl(status);
  if (response.results_size() == request.requests_size()) return response;
  return absl::InternalError(absl::StrCat("the service gave ", response.results_size(),
                                          " results for ", request.requests_size(), " events"));
}

}  // namespace autopulse::callevents::adapter
