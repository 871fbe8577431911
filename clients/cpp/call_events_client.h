#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "clients/cpp/channel.h"
#include "clients/cpp/channel_pool.h"

namespace autopulse::callevents::client {

// How to reach the service, and how long to wait for it.
struct ClientOptions {
  ChannelOptions channel;

  // The most that one request may take; `Watch` alone has no deadline.
  absl::Duration timeout = absl::Seconds(5);

  // `Watch` waits this long before it connects again, twice as long after each failure in a row,
  // and never longer than `max_backoff`; give or take a fifth.
  absl::Duration first_backoff = absl::Milliseconds(200);
  absl::Duration max_backoff = absl::Seconds(10);
};

// What `CallEventsClient::Watch` calls, on the thread that watches.
struct WatchHandlers {
  // Each response in order, keep-alives (without `call` and `event`) among them.
  std::function<void(const v1::WatchCallsResponse&)> on_response;

  // Optional. The stream broke for this reason and is opened again after this delay.
  std::function<void(const absl::Status& reason, absl::Duration delay)> on_disconnect;
};

// A client of CallEventService. Copes with deadlines and reconnecting, on the channel of channel.h;
// otherwise requests and responses are those of the API.
//
// Nothing is connected before the first request. With one service, a request is sent once: whoever
// repeats a report uses the same `event_id`, which makes that harmless [O1]. Several take turns,
// and what one cannot take goes to the next: see ChannelPool. Errors carry the service's own codes
// and messages; kUnavailable and kDeadlineExceeded may also come from the connection.
//
// Thread-safe. Requests of one client share one connection to each service.
class CallEventsClient {
 public:
  explicit CallEventsClient(ClientOptions options);

  CallEventsClient(const CallEventsClient&) = delete;
  CallEventsClient& operator=(const CallEventsClient&) = delete;

  // One method per RPC; see call_event_service.proto.
  absl::StatusOr<v1::CreateServiceRecordResponse> CreateServiceRecord(
      const v1::CreateServiceRecordRequest& request) const;
  absl::StatusOr<v1::GetServiceRecordResponse> GetServiceRecord(
      const v1::GetServiceRecordRequest& request) const;
  absl::StatusOr<v1::ListServiceRecordsResponse> ListServiceRecords(
      const v1::ListServiceRecordsRequest& request) const;
  absl::StatusOr<v1::CreateCallResponse> CreateCall(const v1::CreateCallRequest& request) const;
  absl::StatusOr<v1::EraseCallResponse> EraseCall(const v1::EraseCallRequest& request) const;
  absl::StatusOr<v1::GetCallResponse> GetCall(const v1::GetCallRequest& request) const;
  absl::StatusOr<v1::ListCallsResponse> ListCalls(const v1::ListCallsRequest& request) const;
  absl::StatusOr<v1::ReportCallEventResponse> ReportCallEvent(
      const v1::ReportCallEventRequest& request) const;
  absl::StatusOr<v1::BatchReportCallEventsResponse> BatchReportCallEvents(
      const v1::BatchReportCallEventsRequest& request) const;
  absl::StatusOr<v1::GetCallEventResponse> GetCallEvent(
      const v1::GetCallEventRequest& request) const;
  absl::StatusOr<v1::ListCallEventsResponse> ListCallEvents(
      const v1::ListCallEventsRequest& request) const;
  absl::StatusOr<v1::ListTranscriptEntriesResponse> ListTranscriptEntries(
      const v1::ListTranscriptEntriesRequest& request) const;
  absl::StatusOr<v1::ListCallAttemptsResponse> ListCallAttempts(
      const v1::ListCallAttemptsRequest& request) const;

  // Watches calls until `stop` is requested (a handler may do that), and returns OK then.
  //
  // A stream that breaks is opened again with the last resume token, so nothing is missed once the
  // first response is here. Returns the error that no reconnecting can cure: a wrong filter, a
  // token that the service does not know.
  absl::Status Watch(v1::WatchCallsRequest request, const WatchHandlers& handlers,
                     const std::stop_token& stop) const;

  // Fetches the pages of a list, one after the other, and hands each to `on_page`, a function of
  // Response&& that returns whether to go on. Starts at the `page_token` of `request`.
  //
  //   client.ForEachPage(&CallEventsClient::ListCalls, request,
  //                      [&](v1::ListCallsResponse&& page) { ...; return true; });
  template <typename Request, typename Response, typename OnPage>
  absl::Status ForEachPage(absl::StatusOr<Response> (CallEventsClient::*list)(const Request&) const,
                           Request request, OnPage on_page) const;

 private:
  using Stub = ChannelPool::Stub;

  template <typename Request, typename Response>
  absl::StatusOr<Response> Send(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) const;

  // Reads one stream to its end, keeping the resume token in `request`. Returns why it ended.
  absl::Status ReadStream(v1::WatchCallsRequest& request, const WatchHandlers& handlers,
                          const std::stop_token& stop, bool& received) const;

  const ClientOptions options_;
  const ChannelPool services_;
};

template <typename Request, typename Response, typename OnPage>
absl::Status CallEventsClient::ForEachPage(
    absl::StatusOr<Response> (CallEventsClient::*list)(const Request&) const, Request request,
    OnPage on_page) const {
  while (true) {
    absl::StatusOr<Response> page = (this->*list)(request);
    if (!page.ok()) return page.status();
    std::string next = page->next_page_token();
    if (!on_page(*std::move(page)) || next.empty()) return absl::OkStatus();
    // A page that names itself as the next one would be fetched forever.
    if (next == request.page_token()) return absl::InternalError("the list does not advance");
    request.set_page_token(std::move(next));
  }
}

}  // namespace autopulse::callevents::client
