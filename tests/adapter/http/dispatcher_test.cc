#include "adapter/http/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "tests/adapter/raw_http.h"
#include "tests/adapter/served_adapter.h"

// Requests on their way through the server, and what keeps nobody else from theirs.
namespace autopulse::callevents::adapter {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using DispatcherTest = ServedAdapter;

// A sink that is broken.
class ThrowingSink final : public EventSink {
 public:
  void Report(EventRequest /*request*/, std::unique_ptr<Awaiting> /*awaiting*/) override {
    throw std::runtime_error("the inner life");
  }
  void Flush() override {}
};

TEST_F(DispatcherTest, StopFinishesWhatHasBegun) {
  absl::Notification reached;
  absl::Notification release;
  service_->SetAnswer([&](const auto& /*request*/, auto& response) {
    reached.Notify();
    release.WaitForNotification();
    response.mutable_call()->set_name("calls/15");
    response.mutable_event()->mutable_status_update();
    return grpc::Status::OK;
  });
  RawHttp busy(server_->port());
  busy.Send(WithLength(Secret(), kRinging));
  RawHttp idle(server_->port());
  ASSERT_TRUE(reached.WaitForNotificationWithTimeout(absl::Seconds(20)));
  std::thread stopper([this] { server_->Stop(); });
  EXPECT_TRUE(idle.IsClosedByServer());
  release.Notify();
  EXPECT_THAT(busy.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
  stopper.join();
}

TEST_F(DispatcherTest, RequestsBeyondThoseUnderWayWaitForTheirTurn) {
  absl::Notification reached;
  absl::Notification release;
  service_->SetAnswer([&](const auto& request, auto& response) {
    if (service_->requests().size() == 1) {
      reached.Notify();
      release.WaitForNotification();
    }
    *response.mutable_event() = request.event();
    return grpc::Status::OK;
  });
  http::Server::Options options;
  options.max_under_way = 1;
  Start(options, WebhookAuth());
  std::vector<std::unique_ptr<RawHttp>> senders;
  for (int i = 0; i < 3; ++i) {
    senders.push_back(std::make_unique<RawHttp>(server_->port()));
    senders.back()->Send(WithLength("", kRinging));
    if (i > 0) continue;
    ASSERT_TRUE(reached.WaitForNotificationWithTimeout(absl::Seconds(20)));
  }
  // What is refused by its head needs no place, and comes behind the others.
  // So often that the service would have seen another one by then.
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(Exchange(Wire("", "", "GET /nowhere HTTP/1.1")), StartsWith("HTTP/1.1 404 "));
  }
  EXPECT_EQ(service_->requests().size(), 1u);
  release.Notify();
  for (const auto& sender : senders) {
    EXPECT_THAT(sender->ReadAnswer(), StartsWith("HTTP/1.1 200 "));
  }
  EXPECT_EQ(service_->requests().size(), 3u);
}

TEST_F(DispatcherTest, SenderThatAlwaysHasAnotherRequestIsAnsweredToTheLast) {
  RawHttp connection(server_->port());
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += "GET /healthz HTTP/1.1\r\n\r\n";
  connection.Send(requests);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 200 ")) << i;
  }
}

TEST_F(DispatcherTest, AnswersThatNobodyReadsHoldNoThread) {
  http::Server::Options options;
  options.threads = 1;
  Start(options, WebhookAuth());
  RawHttp deaf(server_->port());
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += "GET /healthz HTTP/1.1\r\n\r\n";
  // More answers than both sockets' buffers hold.
  while (deaf.SendWithoutWaiting(requests)) {
  }
  EXPECT_THAT(Exchange(WithLength("", kRinging)), StartsWith("HTTP/1.1 200 "));
}

TEST_F(DispatcherTest, IdleConnectionsDoNotKeepTheirThreadsFromOthers) {
  http::Server::Options options;
  options.threads = 2;
  Start(options, WebhookAuth());
  RawHttp first(server_->port());
  RawHttp second(server_->port());
  RawHttp third(server_->port());
  third.Send(WithLength("", kRinging));
  EXPECT_THAT(third.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(DispatcherTest, ExceptionIsAnsweredWithoutItsText) {
  ThrowingSink sink;
  const WebhookHandler throwing({}, sink, base::SystemClock(), counters_);
  WebhookServer::Options options;
  options.listen = "127.0.0.1:0";
  WebhookServer server(options, WebhookAuth(), throwing, counters_);
  ASSERT_TRUE(server.Start([] {}).ok());
  // A large one is handled on a thread for what may block.
  for (const std::size_t bytes : {std::size_t{100}, std::size_t{300'000}}) {
    std::string body = kRinging;
    body.resize(bytes, ' ');
    RawHttp connection(server.port());
    connection.Send(WithLength("", body));
    const std::string answer = connection.ReadAnswer();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
    EXPECT_THAT(answer, HasSubstr(R"({"status":"error","message":"Internal error"})"));
    EXPECT_THAT(answer, Not(HasSubstr("inner life")));
  }
}

}  // namespace
}  // namespace autopulse::callevents::adapter
