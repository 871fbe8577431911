#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "adapter/call_event_client.h"
#include "adapter/webhook_handler.h"
#include "adapter/webhook_server.h"
#include "services/base/field_limits.h"
#include "tests/adapter/raw_http.h"

// The adapter over real sockets: HTTP on one side, gRPC on the other, and a service behind it that
// answers what the test tells it to.
namespace autopulse::callevents::adapter {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kSecret[] = "s3cret%41%0d%0a";
constexpr char kPath[] = "/webhooks/vapi";
constexpr char kRinging[] =
    R"({"message":{"type":"status-update","status":"ringing","call_id":15}})";

// Answers every event with `answer`, which runs on a thread of gRPC.
class StubService final : public v1::CallEventService::Service {
 public:
  using Answer =
      std::function<grpc::Status(const v1::ReportCallEventRequest&, v1::ReportCallEventResponse&)>;

  explicit StubService(int port = 0) {
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(static_cast<int>(base::kMaxMessageBytes));
    builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~StubService() override { server_->Shutdown(); }

  int port() const { return port_; }

  void SetAnswer(Answer answer) {
    const absl::MutexLock lock(&mutex_);
    answer_ = std::move(answer);
  }

  std::vector<v1::ReportCallEventRequest> requests() const {
    const absl::MutexLock lock(&mutex_);
    return requests_;
  }

  grpc::Status ReportCallEvent(grpc::ServerContext* /*context*/,
                               const v1::ReportCallEventRequest* request,
                               v1::ReportCallEventResponse* response) override {
    Answer answer;
    {
      const absl::MutexLock lock(&mutex_);
      requests_.push_back(*request);
      answer = answer_;
    }
    return answer(*request, *response);
  }

 private:
  static grpc::Status Record(const v1::ReportCallEventRequest& request,
                             v1::ReportCallEventResponse& response) {
    *response.mutable_event() = request.event();
    response.mutable_event()->set_call_status_text("Ringing");
    response.mutable_event()->set_outcome(v1::CALL_EVENT_OUTCOME_APPLIED);
    response.mutable_call()->set_name("calls/15");
    return grpc::Status::OK;
  }

  mutable absl::Mutex mutex_;
  Answer answer_ ABSL_GUARDED_BY(mutex_) = Record;
  std::vector<v1::ReportCallEventRequest> requests_ ABSL_GUARDED_BY(mutex_);
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class AdapterServerTest : public testing::Test {
 protected:
  AdapterServerTest() { Start({}, WebhookAuth(kSecret)); }

  void Start(WebhookServer::Options options, WebhookAuth auth) {
    options.listen = "127.0.0.1:0";
    server_ = std::make_unique<WebhookServer>(options, std::move(auth), handler_, counters_);
    const absl::Status started = server_->Start([] {});
    ASSERT_TRUE(started.ok()) << started;
  }

  void RefuseEvents(grpc::StatusCode code, const std::string& message) {
    service_->SetAnswer(
        [code, message](const auto&, auto&) { return grpc::Status(code, message); });
  }

  // What VAPI sends, in one connection.
  httplib::Result Post(const std::string& body, const std::string& path = kPath) {
    httplib::Client client("127.0.0.1", server_->port());
    return client.Post(path, {{"X-Vapi-Secret", kSecret}}, body, "application/json");
  }

  // A whole request as it goes over the wire.
  static std::string Wire(absl::string_view headers, absl::string_view body,
                          absl::string_view request_line = "POST /webhooks/vapi HTTP/1.1") {
    return absl::StrCat(request_line, "\r\nHost: test\r\n", headers, "\r\n", body);
  }

  static std::string WithLength(absl::string_view headers, absl::string_view body) {
    return Wire(absl::StrCat(headers, "Content-Length: ", body.size(), "\r\n"), body);
  }

  static std::string Secret() { return absl::StrCat("X-Vapi-Secret: ", kSecret, "\r\n"); }

  std::string Exchange(const std::string& bytes) {
    RawHttp connection(server_->port());
    connection.Send(bytes);
    return connection.ReadAnswer();
  }

  base::Counters counters_;
  std::unique_ptr<StubService> service_ = std::make_unique<StubService>();
  CallEventClient client_{{.channel = {.service = absl::StrCat("127.0.0.1:", service_->port())}}};
  WebhookHandler handler_{
      {},
      [this](const v1::ReportCallEventRequest& request) { return client_.Report(request); },
      base::SystemClock(),
      counters_};
  std::unique_ptr<WebhookServer> server_;
};

TEST_F(AdapterServerTest, StatusUpdateReachesTheServiceAndIsAnsweredInTheDocumentsWords) {  // E2
  const auto answer = Post(kRinging);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->get_header_value("Content-Type"), "application/json");
  EXPECT_EQ(answer->body,
            R"({"status":"success","message":"Call status updated to Ringing","call_id":15})");
  ASSERT_EQ(service_->requests().size(), 1u);
  EXPECT_EQ(service_->requests()[0].parent(), "calls/15");
}

TEST_F(AdapterServerTest, PathThatAutoPulseUsedIsServedToo) {
  EXPECT_EQ(Post(kRinging, "/api/v1/webhooks/vapi-webhook")->status, 200);
}

TEST_F(AdapterServerTest, RepeatIsMarkedAsOne) {  // E2
  service_->SetAnswer([](const auto& request, auto& response) {
    *response.mutable_event() = request.event();
    response.mutable_event()->set_call_status_text("Ringing");
    response.mutable_call()->set_name("calls/15");
    response.set_duplicate(true);
    return grpc::Status::OK;
  });
  EXPECT_THAT(Post(kRinging)->body, HasSubstr(R"("call_id":15,"duplicate":true})"));
}

TEST_F(AdapterServerTest, IgnoredTypeNeverReachesTheService) {  // V5
  const auto answer = Post(R"({"message":{"type":"speech-update"}})");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body,
            R"({"status":"ignored","message":"Event type speech-update not processed"})");
  EXPECT_TRUE(service_->requests().empty());
}

TEST_F(AdapterServerTest, HealthIsAnsweredWithoutASecret) {
  httplib::Client client("127.0.0.1", server_->port());
  EXPECT_EQ(client.Get("/healthz")->body, R"({"status":"ok"})");
  EXPECT_EQ(client.Head("/healthz")->status, 200);
}

TEST_F(AdapterServerTest, UnknownPathIsNotFound) {
  const auto answer = Post(kRinging, "/webhooks/vapi/");
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, R"({"status":"error","message":"Not found"})");
}

TEST_F(AdapterServerTest, OtherMethodIsToldTheRightOne) {
  httplib::Client client("127.0.0.1", server_->port());
  const auto got = client.Get(kPath);
  EXPECT_EQ(got->status, 405);
  EXPECT_EQ(got->get_header_value("Allow"), "POST");
  EXPECT_THAT(got->body, StartsWith(R"({"status":"error")"));
  EXPECT_EQ(client.Post("/healthz", "{}", "application/json")->get_header_value("Allow"),
            "GET, HEAD");
}

TEST_F(AdapterServerTest, WrongSecretIsUnauthorized) {
  for (const std::string& headers :
       {std::string(), std::string("X-Vapi-Secret: wrong\r\n"), std::string("X-Vapi-Secret:\r\n"),
        std::string("X-Vapi-Secret: s3cretA\r\n"), Secret() + Secret(),
        absl::StrCat("X-Vapi-Secret : ", kSecret, "\r\n")}) {
    const std::string answer = Exchange(WithLength(headers, kRinging));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 401 ")) << headers;
    EXPECT_THAT(answer, HasSubstr("Content-Type: application/json")) << headers;
    EXPECT_THAT(answer, HasSubstr(R"({"status":"error","message":)")) << headers;
  }
  EXPECT_TRUE(service_->requests().empty());
}

TEST_F(AdapterServerTest, SecretIsTakenAsItWasSent) {
  // cpp-httplib would make `s3cretA`, CR and LF of it.
  EXPECT_THAT(Exchange(WithLength(Secret(), kRinging)), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Exchange(WithLength(absl::StrCat("x-vapi-secret:", kSecret, "  \r\n"), kRinging)),
              StartsWith("HTTP/1.1 200 "));
}

TEST_F(AdapterServerTest, RefusedBodyIsNotAskedFor) {
  RawHttp connection(server_->port());
  connection.Send(Wire("Expect: 100-continue\r\nContent-Length: 5000000\r\n", ""));
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 401 "));
}

TEST_F(AdapterServerTest, BodyIsAskedForWhereTheSenderWaits) {
  RawHttp connection(server_->port());
  connection.Send(Wire(absl::StrCat(Secret(), "Expect: 100-continue\r\nContent-Length: ",
                                    sizeof(kRinging) - 1, "\r\n"),
                       ""));
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 100 "));
  connection.Send(kRinging);
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(AdapterServerTest, LargestBodyIsTakenAndOneByteMoreIsNot) {
  std::string body = kRinging;
  body.resize(base::kMaxWebhookBytes, ' ');
  EXPECT_EQ(Post(body)->status, 200);
  const auto refused = Post(body + " ");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 413);
  EXPECT_THAT(refused->body, StartsWith(R"({"status":"error")"));
}

TEST_F(AdapterServerTest, ChunkedBodyIsTakenWithinTheLimit) {
  const std::string head = Secret() + "Transfer-Encoding: chunked\r\n";
  const std::string chunk =
      absl::StrFormat("%x\r\n%s\r\n", sizeof(kRinging) - 1, absl::string_view(kRinging));
  EXPECT_THAT(Exchange(Wire(head, chunk + "0\r\n\r\n")), StartsWith("HTTP/1.1 200 "));

  RawHttp connection(server_->port());
  connection.Send(Wire(head, ""));
  const std::string megabyte = absl::StrCat("100000\r\n", std::string(0x100000, ' '), "\r\n");
  for (int i = 0; i < 9; ++i) connection.Send(megabyte);
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(AdapterServerTest, OtherMediaTypesAreRefused) {
  for (const char* header :
       {"Content-Type: text/plain\r\n", "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: multipart/form-data; boundary=x\r\n", "Content-Type: application/jsonx\r\n",
        "Content-Encoding: gzip\r\n", "Content-Encoding: br\r\n"}) {
    EXPECT_THAT(Exchange(WithLength(absl::StrCat(Secret(), header), kRinging)),
                StartsWith("HTTP/1.1 415 "))
        << header;
  }
  for (const char* header :
       {"", "Content-Type: Application/JSON\r\n",
        "Content-Type: application/json ; charset=utf-8\r\n", "Content-Encoding: identity\r\n"}) {
    EXPECT_THAT(Exchange(WithLength(absl::StrCat(Secret(), header), kRinging)),
                StartsWith("HTTP/1.1 200 "))
        << header;
  }
}

TEST_F(AdapterServerTest, UnclearLengthOfTheBodyIsRefused) {
  for (const char* headers :
       {"", "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Content-Length: +5\r\n",
        "Content-Length: -5\r\n", "Content-Length: 0x5\r\n", "Content-Length:\r\n",
        "Transfer-Encoding: gzip, chunked\r\n"}) {
    EXPECT_THAT(Exchange(Wire(Secret() + headers, "12345")), StartsWith("HTTP/1.1 400 "))
        << headers;
  }
}

TEST_F(AdapterServerTest, MalformedBodyTellsWhatAndWhere) {  // E1
  EXPECT_EQ(Post("{\"a\":}")->status, 400);
  EXPECT_EQ(Post("{\"a\":}")->body,
            R"({"status":"error","message":"Malformed JSON: syntax error at byte 6"})");
  EXPECT_EQ(Post("")->status, 400);
  EXPECT_EQ(Post(std::string(100'000, '['))->status, 400);
  EXPECT_EQ(Post("{\"a\":\"\xff\"}")->status, 400);
  EXPECT_EQ(Post(R"({"message":{"type":"hangup","call_id":"15 OR 1=1"}})")->body,
            R"({"status":"error","message":"No call_id found","path":"message.call_id",)"
            R"("detail":"message.call_id must be an integer from 1 to 9223372036854775807, as a )"
            R"(number or a string of digits"})");
  EXPECT_EQ(Post("{}")->body, R"({"status":"error","message":"Missing event type"})");
  EXPECT_TRUE(service_->requests().empty());
}

TEST_F(AdapterServerTest, UnknownCallIsNotFound) {  // E1
  RefuseEvents(grpc::StatusCode::NOT_FOUND, "calls/15 not found");
  const auto answer = Post(kRinging);
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, R"({"status":"error","message":"Call with ID 15 not found"})");
}

TEST_F(AdapterServerTest, RefusalOfTheServiceCarriesItsWords) {
  RefuseEvents(grpc::StatusCode::INVALID_ARGUMENT, "event.provider is too long");
  EXPECT_EQ(Post(kRinging)->status, 400);
  EXPECT_THAT(Post(kRinging)->body, HasSubstr("event.provider is too long"));
}

TEST_F(AdapterServerTest, FailureOfTheServiceTellsNothing) {
  RefuseEvents(grpc::StatusCode::INTERNAL, "disk /var/x is broken");
  const auto answer = Post(kRinging);
  EXPECT_EQ(answer->status, 500);
  EXPECT_EQ(answer->body, R"({"status":"error","message":"Internal error"})");
}

TEST_F(AdapterServerTest, ServiceThatIsAwayIsRetriedBySenderAndFoundAgain) {
  const int port = service_->port();
  service_.reset();
  const auto answer = Post(kRinging);
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->get_header_value("Retry-After"), "5");

  service_ = std::make_unique<StubService>(port);
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  int status = 503;
  while (status == 503 && absl::Now() < give_up) status = Post(kRinging)->status;
  EXPECT_EQ(status, 200);
}

TEST_F(AdapterServerTest, SlowServiceRunsIntoTheDeadline) {
  absl::Notification release;
  service_->SetAnswer([&release](const auto&, auto&) {
    release.WaitForNotification();
    return grpc::Status::OK;
  });
  const CallEventClient impatient(
      {.channel = {.service = absl::StrCat("127.0.0.1:", service_->port())},
       .deadline = absl::Milliseconds(50)});
  EXPECT_EQ(impatient.Report({}).status().code(), absl::StatusCode::kDeadlineExceeded);
  release.Notify();
}

TEST_F(AdapterServerTest, ExceptionIsAnsweredWithoutItsText) {
  const WebhookHandler throwing(
      {},
      [](const v1::ReportCallEventRequest&) -> absl::StatusOr<v1::ReportCallEventResponse> {
        throw std::runtime_error("the inner life");
      },
      base::SystemClock(), counters_);
  WebhookServer server({.listen = "127.0.0.1:0"}, WebhookAuth(), throwing, counters_);
  ASSERT_TRUE(server.Start([] {}).ok());
  RawHttp connection(server.port());
  connection.Send(WithLength("", kRinging));
  const std::string answer = connection.ReadAnswer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, HasSubstr(R"({"status":"error","message":"Internal error"})"));
  EXPECT_THAT(answer, Not(HasSubstr("inner life")));
}

TEST_F(AdapterServerTest, ConnectionServesManyRequestsEvenPipelinedOnes) {
  RawHttp connection(server_->port());
  const std::string request = WithLength(Secret(), kRinging);
  for (int i = 0; i < 150; ++i) {
    connection.Send(request);
    ASSERT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 200 ")) << i;
  }
  connection.Send(request + request);
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(AdapterServerTest, WhatFollowsARefusedBodyIsNoRequest) {
  RawHttp connection(server_->port());
  connection.Send(WithLength("", WithLength(Secret(), kRinging)));
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 401 "));
  EXPECT_TRUE(connection.IsClosedByServer());
  EXPECT_TRUE(service_->requests().empty());
}

TEST_F(AdapterServerTest, HeadThatIsNoHttpIsRefusedInJson) {
  for (const std::string& head :
       {std::string("NONSENSE\r\n\r\n"), std::string("GET\r\n\r\n"),
        std::string("POST /webhooks/vapi HTTP/1.1\r\nno colon\r\n\r\n"),
        absl::StrCat("GET /", std::string(9'000, 'a'), " HTTP/1.1\r\n\r\n"),
        absl::StrCat("GET /healthz HTTP/1.1\r\nA: ", std::string(9'000, 'a'), "\r\n\r\n"),
        absl::StrCat("GET /healthz HTTP/1.1\r\nA: ", std::string(100'000, 'a'))}) {
    const std::string answer = Exchange(head);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 4")) << head.substr(0, 60);
    EXPECT_THAT(answer, HasSubstr(R"({"status":"error","message":"Malformed request"})"));
  }
}

TEST_F(AdapterServerTest, TooManyHeadersAreRefused) {
  std::string headers;
  for (int i = 0; i < 200; ++i) absl::StrAppend(&headers, "A", i, ": b\r\n");
  EXPECT_THAT(Exchange(Wire(headers, "", "GET /healthz HTTP/1.1")), StartsWith("HTTP/1.1 400 "));
}

TEST_F(AdapterServerTest, IdleConnectionIsClosed) {
  Start({.idle_timeout = absl::ZeroDuration()}, WebhookAuth());
  RawHttp connection(server_->port());
  EXPECT_TRUE(connection.IsClosedByServer());
}

TEST_F(AdapterServerTest, RequestThatDoesNotArriveInTimeIsGivenUp) {
  Start({.request_deadline = absl::Milliseconds(150)}, WebhookAuth());
  RawHttp body_missing(server_->port());
  body_missing.Send(Wire("Content-Length: 5\r\n", "12"));
  EXPECT_THAT(body_missing.ReadAnswer(), StartsWith("HTTP/1.1 400 "));
  RawHttp head_missing(server_->port());
  head_missing.Send("POST /webhooks/vapi HT");
  head_missing.ReadAnswer();
  EXPECT_TRUE(head_missing.IsClosedByServer());
}

TEST_F(AdapterServerTest, IdleConnectionsDoNotKeepTheirThreadsFromOthers) {
  Start({.threads = 2}, WebhookAuth());
  RawHttp first(server_->port());
  RawHttp second(server_->port());
  RawHttp third(server_->port());
  third.Send(WithLength("", kRinging));
  EXPECT_THAT(third.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(AdapterServerTest, StopFinishesWhatHasBegun) {
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

TEST_F(AdapterServerTest, AddressInUseIsTold) {
  WebhookServer second({.listen = absl::StrCat("127.0.0.1:", server_->port())}, WebhookAuth(),
                       handler_, counters_);
  EXPECT_THAT(std::string(second.Start([] {}).message()), HasSubstr("cannot listen on 127.0.0.1:"));
}

TEST_F(AdapterServerTest, AddressThatIsNoneIsTold) {
  for (const char* address : {"", "8080", ":8080", "127.0.0.1:", "127.0.0.1:http", "[::1:80",
                              "127.0.0.1:65536", "127.0.0.1:-1"}) {
    WebhookServer server({.listen = address}, WebhookAuth(), handler_, counters_);
    EXPECT_EQ(server.Start([] {}).code(), absl::StatusCode::kInvalidArgument) << address;
  }
}

}  // namespace
}  // namespace autopulse::callevents::adapter
