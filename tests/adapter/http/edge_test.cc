#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "adapter/auth/auth_file.h"
#include "services/base/limits.h"
#include "tests/adapter/raw_http.h"
#include "tests/adapter/served_adapter.h"
#include "tests/wait_until.h"

// What the server does with connections and bytes, well-meant or not.
namespace autopulse::callevents::adapter {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A head of 15 KB that lacks its last line.
std::string UnfinishedHead() {
  const std::string value(7'000, 'a');
  return absl::StrCat("POST /webhooks/vapi HTTP/1.1\r\nHost: test\r\nA: ", value, "\r\nB: ", value,
                      "\r\n");
}

class EdgeTest : public ServedAdapter {
 protected:
  // Connections that hold such heads, as many as there is room for.
  std::vector<std::unique_ptr<RawHttp>> SendUnfinishedHeads() {
    std::vector<std::unique_ptr<RawHttp>> slow;
    for (int i = 0; i < 100; ++i) {
      slow.push_back(std::make_unique<RawHttp>(server_->port()));
      slow.back()->Send(UnfinishedHead());
    }
    WaitUntil([&] { return counters_.Get("refused", "memory") > 0; }, "no room for more");
    return slow;
  }
};

TEST_F(EdgeTest, RefusedBodyIsNotAskedFor) {
  RawHttp connection(server_->port());
  connection.Send(Wire("Expect: 100-continue\r\nContent-Length: 5000000\r\n", ""));
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 401 "));
}

TEST_F(EdgeTest, BodyIsAskedForWhereTheSenderWaits) {
  RawHttp connection(server_->port());
  connection.Send(Wire(absl::StrCat(Secret(), "Expect: 100-continue\r\nContent-Length: ",
                                    sizeof(kRinging) - 1, "\r\n"),
                       ""));
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 100 "));
  connection.Send(kRinging);
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(EdgeTest, LargestBodyIsTakenAndOneByteMoreIsNot) {
  std::string body = kRinging;
  body.resize(base::kMaxWebhookBytes, ' ');
  EXPECT_EQ(Post(body)->status, 200);
  const auto refused = Post(body + " ");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 413);
  EXPECT_THAT(refused->body, StartsWith(R"({"status":"error")"));
}

TEST_F(EdgeTest, ChunkedBodyIsTakenWithinTheLimit) {
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

TEST_F(EdgeTest, ChunksThatAreNearlyAllFramingAreRefused) {
  RawHttp connection(server_->port());
  connection.Send(Wire(Secret() + "Transfer-Encoding: chunked\r\n", ""));
  std::string megabyte;
  while (megabyte.size() < 0x100000) megabyte += "1;" + std::string(1000, 'x') + "\r\n \r\n";
  for (int i = 0; i < 9; ++i) connection.Send(megabyte);
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(EdgeTest, UnclearLengthOfTheBodyIsRefused) {
  for (const char* headers :
       {"Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Content-Length: +5\r\n",
        "Content-Length: 5 5\r\n", "Content-Length : 5\r\n", "Content-Length: 5\n",
        "Transfer-Encoding: gzip, chunked\r\n"}) {
    RawHttp connection(server_->port());
    connection.Send(Wire(Secret() + headers, "12345"));
    EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 400 ")) << headers;
    EXPECT_TRUE(connection.IsClosedByServer()) << headers;
  }
  EXPECT_THAT(Exchange(Wire(Secret(), "")), StartsWith("HTTP/1.1 411 "));
  EXPECT_TRUE(service_->requests().empty());
}

TEST_F(EdgeTest, ChunkThatIsNoneIsRefused) {
  for (const char* chunk : {"-1\r\n", "x\r\n", "\r\n", "0x5\r\n", "5\n12345\n", "2\r\n12345\r\n"}) {
    const std::string head = Secret() + "Transfer-Encoding: chunked\r\n";
    EXPECT_THAT(Exchange(Wire(head, chunk)), StartsWith("HTTP/1.1 400 ")) << chunk;
    EXPECT_THAT(Exchange(Wire(head, "ffffffffffffffffff\r\n")), StartsWith("HTTP/1.1 413 "));
  }
  EXPECT_TRUE(service_->requests().empty());
}

TEST_F(EdgeTest, ChunksThatOthersReadOtherwiseAreRefused) {
  const std::string head = Secret() + "Transfer-Encoding: chunked\r\n";
  const std::string chunk = absl::StrFormat("%x\r\n%s\r\n", sizeof(kRinging) - 1, kRinging);
  for (const char* end : {"0;a\rb\r\n\r\n", "0\r\nno colon\r\n\r\n"}) {
    EXPECT_THAT(Exchange(Wire(head, chunk + end)), StartsWith("HTTP/1.1 400 ")) << end;
  }
  EXPECT_THAT(Exchange(Wire(head, chunk + "0\r\n\r\n", "POST /webhooks/vapi HTTP/1.0")),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_TRUE(service_->requests().empty());
}

TEST_F(EdgeTest, ConnectionServesManyRequestsEvenPipelinedOnes) {
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

TEST_F(EdgeTest, WhatFollowsARefusedBodyIsNoRequest) {
  RawHttp connection(server_->port());
  connection.Send(WithLength("", WithLength(Secret(), kRinging)));
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 401 "));
  EXPECT_TRUE(connection.IsClosedByServer());
  EXPECT_TRUE(service_->requests().empty());
}

TEST_F(EdgeTest, HeadThatIsNoHttpIsRefusedInJson) {
  for (const std::string& head :
       {std::string("NONSENSE\r\n\r\n"), std::string("GET\r\n\r\n"),
        std::string("POST /webhooks/vapi HTTP/1.1\r\nno colon\r\n\r\n"),
        absl::StrCat("GET /", std::string(9'000, 'a'), " HTTP/1.1\r\n\r\n"),
        absl::StrCat("GET /healthz HTTP/1.1\r\nA: ", std::string(9'000, 'a'), "\r\n\r\n"),
        absl::StrCat("GET /healthz HTTP/1.1\r\nA: ", std::string(100'000, 'a'))}) {
    const std::string answer = Exchange(head);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 4")) << head.substr(0, 60);
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(answer, HasSubstr(R"({"status":"error","message":)"));
  }
  EXPECT_EQ(counters_.Get("refused", "framing"), 6);
}

TEST_F(EdgeTest, TooManyHeadersAreRefused) {
  std::string headers;
  for (int i = 0; i < 200; ++i) absl::StrAppend(&headers, "A", i, ": b\r\n");
  EXPECT_THAT(Exchange(Wire(headers, "", "GET /healthz HTTP/1.1")), StartsWith("HTTP/1.1 431 "));
}

TEST_F(EdgeTest, EndlessHeadIsCutOff) {
  RawHttp connection(server_->port());
  const std::string megabyte(std::size_t{1} << 20, 'a');
  bool is_open = true;
  for (int i = 0; i < 100 && is_open; ++i) is_open = connection.Send(megabyte);
  EXPECT_FALSE(is_open);
}

TEST_F(EdgeTest, IdleConnectionIsClosed) {
  http::Server::Options options;
  options.loop.limits.idle_timeout = absl::ZeroDuration();
  Start(options, WebhookAuth());
  RawHttp connection(server_->port());
  EXPECT_TRUE(connection.IsClosedByServer());
}

TEST_F(EdgeTest, RequestThatDoesNotArriveInTimeIsGivenUp) {
  http::Server::Options options;
  options.loop.limits.request_deadline = absl::Milliseconds(150);
  Start(options, WebhookAuth());
  for (const std::string& part :
       {Wire("Content-Length: 5\r\n", "12"), Wire("Transfer-Encoding: chunked\r\n", "5\r\n12"),
        std::string("POST /webhooks/vapi HT")}) {
    RawHttp connection(server_->port());
    connection.Send(part);
    EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 408 ")) << part;
    EXPECT_TRUE(connection.IsClosedByServer());
  }
  EXPECT_EQ(counters_.Get("refused", "timeout"), 3);
}

TEST_F(EdgeTest, HalfARequestThatIsNotGoneOnWithIsRefusedAtOnce) {
  RawHttp connection(server_->port());
  connection.Send(Wire(Secret() + "Content-Length: 5\r\n", "12"));
  connection.FinishSending();
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 400 "));
  EXPECT_TRUE(connection.IsClosedByServer());
}

TEST_F(EdgeTest, SenderThatHasFinishedSendingIsAnswered) {
  RawHttp connection(server_->port());
  connection.Send(WithLength(Secret(), kRinging));
  connection.FinishSending();
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(connection.IsClosedByServer());
}

TEST_F(EdgeTest, SenderThatSaysCloseIsClosed) {
  for (const char* line : {"POST /webhooks/vapi HTTP/1.1", "POST /webhooks/vapi HTTP/1.0"}) {
    RawHttp connection(server_->port());
    const bool is_old = absl::StrContains(line, "1.0");
    connection.Send(Wire(absl::StrCat(Secret(), is_old ? "" : "Connection: Close\r\n",
                                      "Content-Length: ", sizeof(kRinging) - 1, "\r\n"),
                         kRinging, line));
    EXPECT_THAT(connection.ReadAnswer(), HasSubstr("Connection: close\r\n")) << line;
    EXPECT_TRUE(connection.IsClosedByServer()) << line;
  }
}

TEST_F(EdgeTest, ConnectionsBeyondTheLimitAreClosedAtOnce) {
  http::Server::Options options;
  options.loop.max_connections = 2;
  Start(options, WebhookAuth());
  RawHttp first(server_->port());
  first.Send(WithLength("", kRinging));
  EXPECT_THAT(first.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
  RawHttp second(server_->port());
  RawHttp third(server_->port());
  EXPECT_TRUE(third.IsClosedByServer());
  EXPECT_EQ(counters_.Get("refused", "connections"), 1);
  second.Send(WithLength("", kRinging));
  EXPECT_THAT(second.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(EdgeTest, BodiesBeyondTheMemoryForAllAreRefused) {
  http::Server::Options options;
  options.loop.max_buffered_bytes = std::size_t{1} << 20;
  Start(options, WebhookAuth());
  RawHttp slow(server_->port());
  slow.Send(Wire("Content-Length: 8000000\r\n", std::string(1'100'000, ' ')));
  const std::string answer = slow.ReadAnswer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_THAT(Exchange(WithLength("", kRinging)), StartsWith("HTTP/1.1 200 "));
}

TEST_F(EdgeTest, LengthThatIsOnlySaidTakesNoMemoryFromOthers) {
  http::Server::Options options;
  options.loop.max_buffered_bytes = std::size_t{8} << 20;
  Start(options, WebhookAuth());
  std::vector<std::unique_ptr<RawHttp>> slow;
  for (int i = 0; i < 4; ++i) {
    slow.push_back(std::make_unique<RawHttp>(server_->port()));
    slow.back()->Send(Wire("Content-Length: 8000000\r\n", std::string(300'000, ' ')));
  }
  std::string body = kRinging;
  body.resize(1'000'000, ' ');
  EXPECT_THAT(Exchange(WithLength("", body)), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(counters_.Get("refused", "memory"), 0);
}

TEST_F(EdgeTest, BodyOfAProbeIsRefusedByTheHead) {
  const std::string line = "GET /healthz HTTP/1.1";
  for (const char* header : {"Content-Length: 8000000\r\n", "Transfer-Encoding: chunked\r\n"}) {
    EXPECT_THAT(Exchange(Wire(header, "", line)), StartsWith("HTTP/1.1 413 ")) << header;
  }
  EXPECT_THAT(Exchange(Wire("Content-Length: 0\r\n", "", line)), StartsWith("HTTP/1.1 200 "));
}

TEST_F(EdgeTest, UnfinishedHeadsLeaveRoomForWebhooksWithTheSecret) {
  http::Server::Options options;
  options.loop.max_buffered_bytes = std::size_t{2} << 20;
  options.loop.max_unauthorized_bytes = std::size_t{1} << 20;
  options.loop.max_unauthorized_bytes_per_address = std::size_t{1} << 20;
  Start(options, WebhookAuth(auth::AuthPolicy({*auth::ParseSecretFile(kSecret)})));
  const std::vector<std::unique_ptr<RawHttp>> slow = SendUnfinishedHeads();
  std::string body = kRinging;
  body.resize(500'000, ' ');
  EXPECT_THAT(Exchange(WithLength(Secret(), body)), StartsWith("HTTP/1.1 200 "));
}

TEST_F(EdgeTest, OneAddressTakesAPartOfTheMemoryThatIsForAnybody) {
  http::Server::Options options;
  options.loop.max_unauthorized_bytes_per_address = std::size_t{1} << 20;
  Start(options, WebhookAuth(auth::AuthPolicy({*auth::ParseSecretFile(kSecret)})));
  const std::vector<std::unique_ptr<RawHttp>> slow = SendUnfinishedHeads();
  RawHttp other(server_->port(), "127.0.0.2");
  other.Send(UnfinishedHead());
  // It is looked at before the next, which is answered.
  EXPECT_THAT(Exchange(WithLength(Secret(), kRinging)), StartsWith("HTTP/1.1 200 "));
  other.Send(
      absl::StrCat(Secret(), "Content-Length: ", sizeof(kRinging) - 1, "\r\n\r\n", kRinging));
  EXPECT_THAT(other.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(EdgeTest, IdleConnectionsOfAnybodyHoldNoMemory) {
  http::Server::Options options;
  options.loop.max_buffered_bytes = std::size_t{64} << 10;
  Start(options, WebhookAuth(auth::AuthPolicy({*auth::ParseSecretFile(kSecret)})));
  const std::string probe =
      Wire(absl::StrCat("A: ", std::string(3'500, 'a'), "\r\n"), "", "GET /healthz HTTP/1.1");
  std::vector<std::unique_ptr<RawHttp>> idle;
  for (int i = 0; i < 30; ++i) {
    idle.push_back(std::make_unique<RawHttp>(server_->port()));
    idle.back()->Send(probe);
    EXPECT_THAT(idle.back()->ReadAnswer(), StartsWith("HTTP/1.1 200 "));
  }
  EXPECT_EQ(counters_.Get("refused", "memory"), 0);
}

TEST_F(EdgeTest, RefusedRequestKeepsNoMemoryWhileItsSenderIsHeardOut) {
  http::Server::Options options;
  options.loop.max_buffered_bytes = std::size_t{1} << 20;
  Start(options, WebhookAuth());
  RawHttp refused(server_->port());
  const std::string chunk = absl::StrFormat("%x\r\n%s\r\n", 400'000, std::string(400'000, ' '));
  refused.Send(Wire("Transfer-Encoding: chunked\r\n", chunk + "no size\r\n"));
  EXPECT_THAT(refused.ReadAnswer(), StartsWith("HTTP/1.1 400 "));
  std::string body = kRinging;
  body.resize(700'000, ' ');
  EXPECT_THAT(Exchange(WithLength("", body)), StartsWith("HTTP/1.1 200 "));
}

TEST_F(EdgeTest, AddressInUseIsTold) {
  WebhookServer::Options options;
  options.listen = absl::StrCat("127.0.0.1:", server_->port());
  WebhookServer second(options, WebhookAuth(), handler_, counters_);
  EXPECT_THAT(std::string(second.Start([] {}).message()), HasSubstr("cannot listen on 127.0.0.1:"));
}

TEST_F(EdgeTest, AddressThatIsNoneIsTold) {
  for (const char* address : {"", "8080", ":8080", "127.0.0.1:", "127.0.0.1:http", "[::1:80",
                              "127.0.0.1:65536", "127.0.0.1:-1"}) {
    WebhookServer::Options options;
    options.listen = address;
    WebhookServer server(options, WebhookAuth(), handler_, counters_);
    EXPECT_EQ(server.Start([] {}).code(), absl::StatusCode::kInvalidArgument) << address;
  }
}

}  // namespace
}  // namespace autopulse::callevents::adapter
