#include "clients/cpp/call_events_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/clients/cpp/fake_call_event_service.h"

namespace autopulse::callevents::client {
namespace {

using ::testing::ElementsAre;
using tests::FakeCallEventService;
using tests::WatchResponse;

ClientOptions OptionsFor(const std::string& service) {
  return {.channel = {.service = service},
          .timeout = absl::Seconds(30),
          .first_backoff = absl::Milliseconds(1),
          .max_backoff = absl::Milliseconds(5)};
}

v1::GetCallRequest GetCallRequest(const std::string& name) {
  v1::GetCallRequest request;
  request.set_name(name);
  return request;
}

TEST(CallEventsClientTest, ReturnsWhatTheServiceAnswers) {
  FakeCallEventService service;
  service.calls["calls/15"].set_customer_number("+15550100");
  const CallEventsClient client(OptionsFor(service.address()));
  const auto response = client.GetCall(GetCallRequest("calls/15"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->call().customer_number(), "+15550100");
}

TEST(CallEventsClientTest, PassesTheCodeAndTheMessageOfAnErrorOn) {
  FakeCallEventService service;
  service.failure = {grpc::StatusCode::FAILED_PRECONDITION, "not today"};
  const CallEventsClient client(OptionsFor(service.address()));
  const absl::Status status = client.GetCall(GetCallRequest("calls/15")).status();
  EXPECT_EQ(status, absl::FailedPreconditionError("not today"));
}

TEST(CallEventsClientTest, IsUnavailableWhereNothingListens) {
  const CallEventsClient client(OptionsFor("127.0.0.1:1"));
  EXPECT_TRUE(absl::IsUnavailable(client.GetCall(GetCallRequest("calls/15")).status()));
}

TEST(CallEventsClientTest, GivesUpAfterTheTimeout) {
  FakeCallEventService service;
  service.hangs = true;
  ClientOptions options = OptionsFor(service.address());
  options.timeout = absl::Milliseconds(50);
  const CallEventsClient client(options);
  EXPECT_TRUE(absl::IsDeadlineExceeded(client.GetCall(GetCallRequest("calls/15")).status()));
}

TEST(CallEventsClientTest, ConnectsToAUnixSocket) {
  const std::string address = absl::StrCat("unix:", ::testing::TempDir(), "client_", getpid());
  FakeCallEventService service(address);
  service.calls["calls/15"];
  const CallEventsClient client(OptionsFor(address));
  EXPECT_TRUE(client.GetCall(GetCallRequest("calls/15")).ok());
}

TEST(CallEventsClientTest, ReceivesMessagesBeyondTheDefaultLimitOfGrpc) {
  FakeCallEventService service;
  service.calls["calls/15"].set_ended_reason(std::string(8 << 20, 'x'));
  const CallEventsClient client(OptionsFor(service.address()));
  const auto response = client.GetCall(GetCallRequest("calls/15"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->call().ended_reason().size(), std::size_t{8} << 20);
}

TEST(CallEventsClientTest, DoesNotSendItsRequestsThroughAProxy) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  for (const char* exceptions : {"no_proxy", "no_grpc_proxy"}) unsetenv(exceptions);
  FakeCallEventService service;
  service.calls["calls/15"];
  const CallEventsClient client(OptionsFor(service.address()));
  EXPECT_TRUE(client.GetCall(GetCallRequest("calls/15")).ok());
  unsetenv("http_proxy");
}

TEST(CallEventsClientTest, ForEachPageFetchesAllPages) {
  FakeCallEventService service;
  for (int i = 1; i <= 5; ++i) {
    const std::string name = absl::StrCat("calls/", i);
    service.calls[name].set_name(name);
  }
  const CallEventsClient client(OptionsFor(service.address()));
  v1::ListCallsRequest request;
  request.set_page_size(2);
  std::vector<int> sizes;
  const absl::Status status = client.ForEachPage(&CallEventsClient::ListCalls, request,
                                                 [&sizes](v1::ListCallsResponse&& page) {
                                                   sizes.push_back(page.calls_size());
                                                   return true;
                                                 });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(sizes, ElementsAre(2, 2, 1));
}

TEST(CallEventsClientTest, ForEachPageStopsWhenItIsToldTo) {
  FakeCallEventService service;
  for (int i = 1; i <= 5; ++i) service.calls[absl::StrCat("calls/", i)];
  const CallEventsClient client(OptionsFor(service.address()));
  v1::ListCallsRequest request;
  request.set_page_size(2);
  int pages = 0;
  EXPECT_TRUE(client
                  .ForEachPage(&CallEventsClient::ListCalls, request,
                               [&pages](v1::ListCallsResponse&&) { return ++pages < 2; })
                  .ok());
  EXPECT_EQ(service.list_calls_requests().size(), 2U);
}

// Watches until the event `last_event`, and returns the tokens of the responses.
std::vector<std::string> WatchUntil(const std::string& last_event, const CallEventsClient& client,
                                    std::vector<absl::Status>* reasons = nullptr) {
  std::stop_source stop;
  std::vector<std::string> tokens;
  WatchHandlers handlers;
  handlers.on_response = [&](const v1::WatchCallsResponse& response) {
    tokens.push_back(response.resume_token());
    if (response.event().name() == "calls/15/events/" + last_event) stop.request_stop();
  };
  if (reasons != nullptr) {
    handlers.on_disconnect = [reasons](const absl::Status& reason, absl::Duration) {
      reasons->push_back(reason);
    };
  }
  const absl::Status status = client.Watch(v1::WatchCallsRequest(), handlers, stop.get_token());
  EXPECT_TRUE(status.ok()) << status;
  return tokens;
}

TEST(CallEventsClientTest, WatchHandsOnWhatComesUntilItIsStopped) {
  FakeCallEventService service;
  service.streams = {
      {WatchResponse("a", "t1"), WatchResponse("b", "t2"), WatchResponse("c", "t3")}};
  const CallEventsClient client(OptionsFor(service.address()));
  EXPECT_THAT(WatchUntil("b", client), ElementsAre("t1", "t2"));
}

TEST(CallEventsClientTest, WatchReconnectsWithTheLastToken) {
  FakeCallEventService service;
  // A keep-alive's token counts as well.
  service.streams = {
      {WatchResponse("a", "t1"), WatchResponse("", "t2")}, {}, {WatchResponse("b", "t3")}};
  const CallEventsClient client(OptionsFor(service.address()));
  std::vector<absl::Status> reasons;
  EXPECT_THAT(WatchUntil("b", client, &reasons), ElementsAre("t1", "t2", "t3"));
  EXPECT_THAT(reasons, ElementsAre(absl::UnavailableError("restarting"),
                                   absl::UnavailableError("restarting")));
  const auto requests = service.watch_requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].resume_token(), "");
  EXPECT_EQ(requests[1].resume_token(), "t2");
  EXPECT_EQ(requests[2].resume_token(), "t2");
}

TEST(CallEventsClientTest, WatchOutlivesARestartOfTheService) {
  const std::string address = absl::StrCat("unix:", ::testing::TempDir(), "restart_", getpid());
  std::optional<FakeCallEventService> service(address);
  service->streams = {{WatchResponse("a", "t1")}};
  const CallEventsClient client(OptionsFor(address));
  std::stop_source stop;
  std::vector<std::string> tokens;
  WatchHandlers handlers;
  handlers.on_response = [&](const v1::WatchCallsResponse& response) {
    tokens.push_back(response.resume_token());
    if (tokens.size() == 2) {
      stop.request_stop();
    } else {
      service.emplace(address);
      service->streams = {{WatchResponse("b", "t2")}};
    }
  };
  EXPECT_TRUE(client.Watch(v1::WatchCallsRequest(), handlers, stop.get_token()).ok());
  EXPECT_THAT(tokens, ElementsAre("t1", "t2"));
}

TEST(CallEventsClientTest, WatchReturnsAnErrorThatReconnectingCannotCure) {
  FakeCallEventService service;
  service.failure = {grpc::StatusCode::INVALID_ARGUMENT, "filter: what is 'x'"};
  const CallEventsClient client(OptionsFor(service.address()));
  WatchHandlers handlers;
  handlers.on_response = [](const v1::WatchCallsResponse&) {};
  const absl::Status status =
      client.Watch(v1::WatchCallsRequest(), handlers, std::stop_source().get_token());
  EXPECT_EQ(status, absl::InvalidArgumentError("filter: what is 'x'"));
}

TEST(CallEventsClientTest, WatchIsStoppedWhileItWaitsForTheService) {
  ClientOptions options = OptionsFor("127.0.0.1:1");
  options.first_backoff = absl::Hours(1);
  options.max_backoff = absl::Hours(1);
  const CallEventsClient client(options);
  std::stop_source stop;
  WatchHandlers handlers;
  handlers.on_response = [](const v1::WatchCallsResponse&) {};
  handlers.on_disconnect = [&stop](const absl::Status&, absl::Duration) { stop.request_stop(); };
  EXPECT_TRUE(client.Watch(v1::WatchCallsRequest(), handlers, stop.get_token()).ok());
}

}  // namespace
}  // namespace autopulse::callevents::client
