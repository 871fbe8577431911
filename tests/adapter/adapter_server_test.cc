#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/base/limits.h"
#include "tests/adapter/raw_http.h"
#include "tests/adapter/served_adapter.h"

// What is said over HTTP of a webhook and of what became of it.
namespace autopulse::callevents::adapter {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using AdapterServerTest = ServedAdapter;

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

TEST_F(AdapterServerTest, RefusedRequestsAreCountedAndShareALineOfTheLog) {
  constexpr int kRequests = 200;
  testing::internal::CaptureStderr();
  for (int i = 0; i < kRequests; ++i) EXPECT_EQ(Post("{}", "/elsewhere")->status, 404);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(counters_.Get("refused", "path"), kRequests);
  EXPECT_THAT(log, HasSubstr("requests refused count=1 kind=path http_status=404\n"));
  EXPECT_LT(std::count(log.begin(), log.end(), '\n'), kRequests / 2);
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
  for (const auto& got :
       {client.Get(kPath), client.Put(kPath), client.Patch(kPath), client.Delete(kPath)}) {
    EXPECT_EQ(got->status, 405);
    EXPECT_EQ(got->get_header_value("Allow"), "POST");
    EXPECT_THAT(got->body, StartsWith(R"({"status":"error")"));
  }
  EXPECT_EQ(client.Post("/healthz", "{}", "application/json")->get_header_value("Allow"),
            "GET, HEAD");
}

TEST_F(AdapterServerTest, WrongSecretIsUnauthorized) {
  for (const std::string& headers :
       {std::string(), std::string("X-Vapi-Secret: wrong\r\n"), std::string("X-Vapi-Secret:\r\n"),
        std::string("X-Vapi-Secret: s3cretA\r\n"), Secret() + Secret()}) {
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

TEST_F(AdapterServerTest, OtherMediaTypesAreRefused) {
  for (const char* header :
       {"Content-Type: text/plain\r\n", "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: multipart/form-data; boundary=x\r\n", "Content-Type: application/jsonx\r\n",
        "Content-Type: application/xml\r\n", "Content-Encoding: gzip\r\n",
        "Content-Encoding: br\r\n"}) {
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

}  // namespace
}  // namespace autopulse::callevents::adapter
