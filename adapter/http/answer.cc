#include "adapter/http/answer.h"

#include <httplib.h>

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "adapter/json/json_tree.h"

namespace autopulse::callevents::adapter {

HttpAnswer ErrorAnswer(int status, absl::string_view message) {
  HttpAnswer answer{.status = status, .body = R"({"status":"error","message":)"};
  AppendJsonString(message, answer.body);
  answer.body += '}';
  return answer;
}

namespace http {
namespace {

// What stands before a body, at most, unless an answer has headers of its own.
constexpr std::size_t kUsualHeadBytes = 192;

}  // namespace

std::string AnswerText(const HttpAnswer& answer, absl::string_view method, bool keep_alive,
                       absl::Duration idle_timeout) {
  std::string text;
  text.reserve(kUsualHeadBytes + answer.body.size());
  absl::StrAppend(&text, "HTTP/1.1 ", answer.status, " ", httplib::status_message(answer.status),
                  "\r\n");
  if (keep_alive) {
    absl::StrAppend(&text, "Keep-Alive: timeout=", absl::ToInt64Seconds(idle_timeout),
                    ", max=", kMaxKeepAlive, "\r\n");
  } else {
    absl::StrAppend(&text, "Connection: close\r\n");
  }
  for (const auto& [name, value] : answer.headers) {
    absl::StrAppend(&text, name, ": ", value, "\r\n");
  }
  absl::StrAppend(&text, "Content-Length: ", answer.body.size(),
                  "\r\nContent-Type: ", answer.content_type, "\r\n");
  if (method == "HEAD") absl::StrAppend(&text, "Accept-Ranges: bytes\r\n");
  absl::StrAppend(&text, "\r\n", method == "HEAD" ? "" : answer.body);
  return text;
}

}  // namespace http
}  // namespace autopulse::callevents::adapter
