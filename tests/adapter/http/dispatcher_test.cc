#include "adapter/http/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "adapter/http/server.h"
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

// Does `work` for every request, on a thread that may block, and answers with `body` there and
// then.
class BlockingHandler final : public http::RequestHandler {
 public:
  explicit BlockingHandler(std::function<void(absl::string_view path)> work,
                           std::string body = "{}")
      : work_(std::move(work)), body_(std::move(body)) {}

  http::HeadVerdict JudgeHead(const http::RequestHead& head,
                              const http::Address& /*peer*/) override {
    if (head.path != "/refused") return {};
    return {.refusal = http::Refusal{"path", ErrorAnswer(404, "no")}};
  }

  std::optional<HttpAnswer> Handle(std::unique_ptr<http::Exchange>& exchange) override {
    if (exchange->may_block()) {
      Answer(*exchange);
      return std::nullopt;
    }
    http::Exchange& posted = *exchange;
    posted.Post([this, exchange = std::move(exchange)] { Answer(*exchange); });
    return std::nullopt;
  }

  // How many requests one thread was answering at a time.
  int deepest() const { return deepest_; }

 private:
  void Answer(http::Exchange& exchange) {
    thread_local int depth = 0;
    work_(exchange.request().head.path);
    ++depth;
    if (depth > deepest_) deepest_ = depth;
    exchange.Answer({.body = body_});
    --depth;
  }

  const std::function<void(absl::string_view)> work_;
  const std::string body_;
  std::atomic<int> deepest_{0};
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
  options.dispatcher.max_under_way = 1;
  Start(options, WebhookAuth());
  std::vector<std::unique_ptr<RawHttp>> senders;
  for (int i = 0; i < 3; ++i) {
    senders.push_back(std::make_unique<RawHttp>(server_->port()));
    senders.back()->Send(WithLength("", kRinging));
    if (i > 0) continue;
    ASSERT_TRUE(reached.WaitForNotificationWithTimeout(absl::Seconds(20)));
  }
  // What is refused by its head needs no place, and comes behind the others. So often that the
  // service would have seen another one by then.
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

TEST_F(DispatcherTest, WhatWaitedIsNotHandledByOneThreadAlone) {
  absl::Notification release;
  absl::Mutex mutex;
  int inside = 0;
  bool met = true;
  BlockingHandler handler([&](absl::string_view path) {
    if (path == "/first") return release.WaitForNotification();
    const absl::MutexLock lock(&mutex);
    ++inside;
    const auto both_are_inside = [&] { return inside == 2; };
    met &= mutex.AwaitWithTimeout(absl::Condition(&both_are_inside), absl::Seconds(10));
  });
  http::Server server({.listen = "127.0.0.1:0", .dispatcher = {.threads = 4, .max_under_way = 2}},
                      handler, counters_);
  ASSERT_TRUE(server.Start([] {}).ok());
  std::vector<std::unique_ptr<RawHttp>> senders;
  for (const char* path : {"/first", "/first", "/second", "/second", "/refused"}) {
    senders.push_back(std::make_unique<RawHttp>(server.port()));
    senders.back()->Send(absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: test\r\n\r\n"));
  }
  // It needs no place and came last: those before it wait by now.
  EXPECT_THAT(senders.back()->ReadAnswer(), StartsWith("HTTP/1.1 404 "));
  senders.pop_back();
  release.Notify();
  for (const auto& sender : senders) {
    EXPECT_THAT(sender->ReadAnswer(), StartsWith("HTTP/1.1 200 "));
  }
  EXPECT_TRUE(met);
}

TEST_F(DispatcherTest, RequestsOfOneSenderDoNotPileUpOnAThread) {
  BlockingHandler handler([](absl::string_view /*path*/) {});
  http::Server server({.listen = "127.0.0.1:0", .dispatcher = {.threads = 2}}, handler, counters_);
  ASSERT_TRUE(server.Start([] {}).ok());
  RawHttp sender(server.port());
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += "GET / HTTP/1.1\r\nHost: test\r\n\r\n";
  sender.Send(requests);
  for (int i = 0; i < 500; ++i) {
    ASSERT_THAT(sender.ReadAnswer(), StartsWith("HTTP/1.1 200 ")) << i;
  }
  server.Stop();
  EXPECT_EQ(handler.deepest(), 1);
}

TEST_F(DispatcherTest, SenderThatAlwaysHasAnotherRequestIsAnsweredToTheLast) {
  RawHttp connection(server_->port());
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += "GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n";
  connection.Send(requests);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 200 ")) << i;
  }
}

TEST_F(DispatcherTest, AnswersThatNobodyReadsHoldNoThread) {  // FT22
  constexpr std::size_t kMoreThanSocketsHold = std::size_t{16} << 20;
  absl::Notification reached;
  BlockingHandler handler(
      [&reached](absl::string_view path) {
        if (path == "/deaf") reached.Notify();
      },
      std::string(kMoreThanSocketsHold, ' '));
  http::Server server({.listen = "127.0.0.1:0", .dispatcher = {.threads = 1}}, handler, counters_);
  ASSERT_TRUE(server.Start([] {}).ok());
  RawHttp deaf(server.port());
  deaf.Send("GET /deaf HTTP/1.1\r\nHost: test\r\n\r\n");
  ASSERT_TRUE(reached.WaitForNotificationWithTimeout(absl::Seconds(20)));
  RawHttp other(server.port());
  other.Send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_THAT(other.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
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
