#include "adapter/http/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "adapter/http/httplib_engine.h"
#include "tests/adapter/parsed_head.h"

namespace autopulse::callevents::adapter::http {
namespace {

constexpr absl::Duration kIdle = absl::Seconds(60);

// The first line, the header lines and the body: whatever order the headers are in.
using Parts = std::pair<std::vector<std::string>, std::string>;

Parts PartsOf(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(text, absl::MaxSplits("\r\n\r\n", 1));
  Parts parts{absl::StrSplit(halves.first, "\r\n"), std::string(halves.second)};
  std::sort(parts.first.begin() + 1, parts.first.end());
  return parts;
}

TEST(AnswerTextTest, IsWhatTheLibraryWrites) {
  HttpAnswer with_header = ErrorAnswer(401, "no");
  with_header.headers.emplace_back("WWW-Authenticate", "Bearer");
  const std::vector<HttpAnswer> answers = {{.status = 200, .body = R"({"status":"ok"})"},
                                           {.status = 202, .body = "{}"},
                                           {.status = 204, .body = ""},
                                           {.status = 200, .body = "x", .content_type = "text/csv"},
                                           with_header,
                                           {.status = 404, .body = ""},
                                           {.status = 500, .body = ""},
                                           ErrorAnswer(503, "later")};
  HttplibEngine engine(kIdle);
  for (const char* method : {"POST", "HEAD"}) {
    const std::string text = absl::StrCat(method, " /x HTTP/1.1\r\nHost: a\r\n\r\n");
    const RequestHead head = ParsedHead(text);
    const Address peer;
    for (const HttpAnswer& answer : answers) {
      for (const bool keep_alive : {true, false}) {
        const auto written = engine.Answer({head, "", peer}, answer, keep_alive);
        EXPECT_EQ(PartsOf(AnswerText(answer, method, keep_alive, kIdle)),
                  PartsOf(written.wire_text))
            << method << " " << answer.status;
      }
    }
  }
}

// What it was asked for has been done by then.
TEST(AnswerTextTest, IsTheAnswerWhereTheLibraryDoesNotTakeTheHead) {
  HttplibEngine engine(kIdle);
  const HttpAnswer answer{.status = 202, .body = "{}"};
  const std::string longest = absl::StrCat("A: ", std::string(8'188, 'a'));
  for (const std::string& line : {std::string("Range: x"), longest}) {
    const std::string text = absl::StrCat("POST /x HTTP/1.1\r\nHost: a\r\n", line, "\r\n\r\n");
    const RequestHead head = ParsedHead(text);
    const Address peer;
    for (const bool keep_alive : {true, false}) {
      const auto written = engine.Answer({head, "", peer}, answer, keep_alive);
      EXPECT_EQ(written.wire_text, AnswerText(answer, "POST", keep_alive, kIdle));
      EXPECT_EQ(written.keep_alive, keep_alive);
    }
  }
}

}  // namespace
}  // namespace autopulse::callevents::adapter::http
