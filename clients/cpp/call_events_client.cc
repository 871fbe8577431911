#include "clients/cpp/call_events_client.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "absl/random/random.h"

namespace autopulse::callevents::client {
namespace {

bool IsCuredByReconnecting(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnimplemented:
      return false;
    default:
      return true;
  }
}

void WaitUnlessStopped(absl::Duration delay, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop, absl::ToChronoNanoseconds(delay), [] { return false; });
}

}  // namespace

CallEventsClient::CallEventsClient(ClientOptions options)
    : options_(std::move(options)), services_(options_.channel) {}

template <typename Request, typename Response>
absl::StatusOr<Response> CallEventsClient::Send(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                             const Request&,
                                                                             Response*),
                                                const Request& request) const {
  Response response;
  const grpc::Status status =
      services_.Send(method, request, absl::Now() + options_.timeout, response);
  if (!status.ok()) return FromGrpc(status);
  return response;
}

absl::StatusOr<v1::CreateServiceRecordResponse> CallEventsClient::CreateServiceRecord(
    const v1::CreateServiceRecordRequest& request) const {
  return Send(&Stub::CreateServiceRecord, request);
}

absl::StatusOr<v1::GetServiceRecordResponse> CallEventsClient::GetServiceRecord(
    const v1::GetServiceRecordRequest& request) const {
  return Send(&Stub::GetServiceRecord, request);
}

absl::StatusOr<v1::ListServiceRecordsResponse> CallEventsClient::ListServiceRecords(
    const v1::ListServiceRecordsRequest& request) const {
  return Send(&Stub::ListServiceRecords, request);
}

absl::StatusOr<v1::CreateCallResponse> CallEventsClient::CreateCall(
    const v1::CreateCallRequest& request) const {
  return Send(&Stub::CreateCall, request);
}

absl::StatusOr<v1::EraseCallResponse> CallEventsClient::EraseCall(
    const v1::EraseCallRequest& request) const {
  return Send(&Stub::EraseCall, request);
}

absl::StatusOr<v1::GetCallResponse> CallEventsClient::GetCall(
    const v1::GetCallRequest& request) const {
  return Send(&Stub::GetCall, request);
}

absl::StatusOr<v1::ListCallsResponse> CallEventsClient::ListCalls(
    const v1::ListCallsRequest& request) const {
  return Send(&Stub::ListCalls, request);
}

absl::StatusOr<v1::ReportCallEventResponse> CallEventsClient::ReportCallEvent(
    const v1::ReportCallEventRequest& request) const {
  return Send(&Stub::ReportCallEvent, request);
}

absl::StatusOr<v1::BatchReportCallEventsResponse> CallEventsClient::BatchReportCallEvents(
    const v1::BatchReportCallEventsRequest& request) const {
  return Send(&Stub::BatchReportCallEvents, request);
}

absl::StatusOr<v1::GetCallEventResponse> CallEventsClient::GetCallEvent(
    const v1::GetCallEventRequest& request) const {
  return Send(&Stub::GetCallEvent, request);
}

absl::StatusOr<v1::ListCallEventsResponse> CallEventsClient::ListCallEvents(
    const v1::ListCallEventsRequest& request) const {
  return Send(&Stub::ListCallEvents, request);
}

absl::StatusOr<v1::ListTranscriptEntriesResponse> CallEventsClient::ListTranscriptEntries(
    const v1::ListTranscriptEntriesRequest& request) const {
  return Send(&Stub::ListTranscriptEntries, request);
}

absl::StatusOr<v1::ListCallAttemptsResponse> CallEventsClient::ListCallAttempts(
    const v1::ListCallAttemptsRequest& request) const {
  return Send(&Stub::ListCallAttempts, request);
}

absl::Status CallEventsClient::Watch(v1::WatchCallsRequest request, const WatchHandlers& handlers,
                                     const std::stop_token& stop) const {
  absl::BitGen random;
  absl::Duration backoff = options_.first_backoff;
  while (true) {
    bool received = false;
    absl::Status reason = ReadStream(request, handlers, stop, received);
    if (stop.stop_requested()) return absl::OkStatus();
    if (!IsCuredByReconnecting(reason)) return reason;
    if (received) backoff = options_.first_backoff;
    const absl::Duration delay = backoff * absl::Uniform(random, 0.8, 1.2);
    if (handlers.on_disconnect) handlers.on_disconnect(reason, delay);
    WaitUnlessStopped(delay, stop);
    backoff = std::min(backoff * 2, options_.max_backoff);
  }
}

absl::Status CallEventsClient::ReadStream(v1::WatchCallsRequest& request,
                                          const WatchHandlers& handlers,
                                          const std::stop_token& stop, bool& received) const {
  grpc::ClientContext context;
  const auto reader = services_.Next().WatchCalls(&context, request);
  const std::stop_callback cancel(stop, [&context] { context.TryCancel(); });
  v1::WatchCallsResponse response;
  // What was read before the cancellation took hold is not handed on either.
  while (reader->Read(&response) && !stop.stop_requested()) {
    received = true;
    if (!response.resume_token().empty()) request.set_resume_token(response.resume_token());
    handlers.on_response(response);
  }
  absl::Status reason = FromGrpc(reader->Finish());
  if (reason.ok()) return absl::UnavailableError("the service ended the stream");
  return reason;
}

}  // namespace autopulse::callevents::client
