#include "adapter/http/head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::adapter::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr HeadLimits kLimits{.max_bytes = 1000, .max_line_bytes = 300, .max_headers = 6};

std::string WithHeaders(const std::string& headers) {
  return absl::StrCat("POST /x HTTP/1.1\r\nHost: test\r\n", headers, "\r\n");
}

// 0 for a head that is one, otherwise the status that it is refused with.
int Verdict(const std::string& text) {
  HeadScanner scanner(kLimits);
  if (scanner.Scan(text) != HeadScanner::Result::kWhole) return scanner.error().status;
  RequestHead head;
  const auto error = ParseHead(text, kLimits, head);
  return error.has_value() ? error->status : 0;
}

RequestHead Parsed(const std::string& text) {
  RequestHead head;
  EXPECT_FALSE(ParseHead(text, kLimits, head).has_value()) << text;
  return head;
}

TEST(HeadScannerTest, EndIsFoundHoweverTheBytesArrive) {
  const std::string head = "GET / HTTP/1.1\r\nA: b\r\n\r\n";
  const std::string bytes = head + std::string("rest\0", 5);  // of a body, or the next head
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    HeadScanner scanner(kLimits);
    HeadScanner::Result result = HeadScanner::Result::kMore;
    for (std::size_t end = step; result == HeadScanner::Result::kMore; end += step) {
      result = scanner.Scan(absl::string_view(bytes).substr(0, end));
    }
    EXPECT_EQ(result, HeadScanner::Result::kWhole) << step;
    EXPECT_EQ(scanner.head_bytes(), head.size()) << step;
  }
}

TEST(HeadScannerTest, WhatCannotBecomeAHeadIsRefusedBeforeItsEnd) {
  EXPECT_EQ(Verdict("GET / HTTP/1.1\n"), 400);
  EXPECT_EQ(Verdict("GET / HTTP/1.1\r\nA: b\n"), 400);
  EXPECT_EQ(Verdict("\r\n"), 400);
  EXPECT_EQ(Verdict(std::string("GET \0", 5)), 400);
  EXPECT_EQ(Verdict(std::string(301, 'a')), 414);
  EXPECT_EQ(Verdict("GET / HTTP/1.1\r\n" + std::string(301, 'a')), 431);
  std::string many;
  while (many.size() < 1000) many += "A: bcdefghijklmnopqrstuvwxyz\r\n";
  EXPECT_EQ(Verdict("GET / HTTP/1.1\r\n" + many), 431);
}

TEST(ParseHeadTest, RequestLineAndHeadersAreTakenApart) {
  const std::string text =
      "POST /webhooks/vapi?a=b HTTP/1.1\r\nHost: test\r\nX-Vapi-Secret:\t a%41b \r\n"
      "x-vapi-secret:\r\n\r\n";
  const RequestHead head = Parsed(text);
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/webhooks/vapi?a=b");
  EXPECT_EQ(head.path, "/webhooks/vapi");
  EXPECT_THAT(head.Values("X-VAPI-Secret"), ElementsAre("a%41b", ""));
  EXPECT_THAT(head.Values("X-Vapi"), IsEmpty());
  EXPECT_EQ(head.Count("X-VAPI-Secret"), 2u);
  EXPECT_EQ(head.First("X-VAPI-Secret"), "a%41b");
  EXPECT_EQ(head.Count("X-Vapi"), 0u);
  EXPECT_EQ(head.First("X-Vapi"), "");
  EXPECT_FALSE(head.has_body());
  EXPECT_EQ(Parsed("GET https://host/healthz?x HTTP/1.1\r\nHost: host\r\n\r\n").path, "/healthz");
  EXPECT_EQ(Parsed("GET http://host HTTP/1.1\r\nHost: host\r\n\r\n").path, "/");
}

TEST(ParseHeadTest, LengthAndChunksAreRead) {
  EXPECT_EQ(Parsed(WithHeaders("Content-Length: 15\r\n")).content_length, 15u);
  EXPECT_EQ(Parsed(WithHeaders("content-length:0\r\n")).content_length, 0u);
  EXPECT_TRUE(Parsed(WithHeaders("Transfer-Encoding: Chunked\r\n")).is_chunked);
  EXPECT_TRUE(Parsed(WithHeaders("Expect: 100-Continue\r\n")).expects_continue);
}

TEST(ParseHeadTest, TwoReadingsOfALengthAreRefused) {
  for (const char* headers :
       {"Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: identity\r\n",
        "Content-Length: +5\r\n", "Content-Length: -5\r\n", "Content-Length: 0x5\r\n",
        "Content-Length: 5 5\r\n", "Content-Length:\r\n", "Content-Length : 5\r\n",
        " Content-Length: 5\r\n", "A: b\r\n Content-Length: 5\r\n",
        "A: b\rContent-Length: 5\r\n"}) {
    EXPECT_EQ(Verdict(WithHeaders(headers)), 400) << headers;
  }
}

TEST(ParseHeadTest, ChunksOfAnOldSenderAreRefused) {
  EXPECT_EQ(Verdict("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(ParseHeadTest, BodyThatIsTooLargeIsRefusedByItsLength) {
  EXPECT_EQ(Verdict(WithHeaders("Content-Length: 8388608\r\n")), 0);
  EXPECT_EQ(Verdict(WithHeaders("Content-Length: 8388609\r\n")), 413);
  EXPECT_EQ(Verdict(WithHeaders("Content-Length: 99999999999999999999\r\n")), 413);
}

TEST(ParseHeadTest, WhatIsNoRequestLineIsRefused) {
  for (const char* line : {"NONSENSE", "GET /", "GET  HTTP/1.1", "G@T / HTTP/1.1", " / HTTP/1.1",
                           "GET /a b HTTP/1.1", "GET /\x01 HTTP/1.1", "GET / FTP/1.1"}) {
    EXPECT_EQ(Verdict(absl::StrCat(line, "\r\n\r\n")), 400) << line;
  }
  EXPECT_EQ(Verdict("PRI * HTTP/2.0\r\n\r\n"), 505);
}

TEST(ParseHeadTest, WhatIsNoHeaderIsRefused) {
  for (const char* line : {"no colon", ": b", "A : b", "A\t: b", "A(: b", "A: \x01", "A: \x7f"}) {
    EXPECT_EQ(Verdict(WithHeaders(absl::StrCat(line, "\r\n"))), 400) << line;
  }
  EXPECT_EQ(Verdict(WithHeaders("A: caf\xc3\xa9\tb\r\n")), 0);
  EXPECT_EQ(Verdict(WithHeaders("A:\r\nA:\r\nA:\r\nA:\r\nA:\r\n")), 0);
  EXPECT_EQ(Verdict(WithHeaders("A:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\n")), 431);
  EXPECT_EQ(Verdict(WithHeaders("Expect: a cake\r\n")), 417);
}

TEST(ParseHeadTest, RequestNamesItsHostOnce) {
  EXPECT_EQ(Verdict("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(Verdict("GET / HTTP/1.1\r\nhost:\r\n\r\n"), 0);
  EXPECT_EQ(Verdict("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"), 400);
  EXPECT_EQ(Verdict("GET / HTTP/1.0\r\n\r\n"), 0);
  EXPECT_EQ(Verdict("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
}

TEST(ParseHeadTest, ConnectionGoesOnUnlessSomebodySaysOtherwise) {
  EXPECT_TRUE(Parsed(WithHeaders("")).keeps_alive);
  EXPECT_FALSE(Parsed(WithHeaders("Connection: TE, Close\r\n")).keeps_alive);
  EXPECT_FALSE(Parsed("GET / HTTP/1.0\r\n\r\n").keeps_alive);
  EXPECT_TRUE(Parsed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keeps_alive);
}

}  // namespace
}  // namespace autopulse::callevents::adapter::http
