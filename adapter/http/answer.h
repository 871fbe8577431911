#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace autopulse::callevents::adapter {

// One HTTP answer. `headers` are those beside Content-Type and Content-Length.
struct HttpAnswer {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string content_type = "application/json";
};

// `{"status":"error","message":MESSAGE}` with an HTTP status.
HttpAnswer ErrorAnswer(int status, absl::string_view message);

namespace http {

// The bytes of `answer` on the wire, the same that cpp-httplib would write; putting them together
// here is about twenty times cheaper. `method` is the request's, or empty if it is not known. With
// `keep_alive` the sender is told that the connection stays for `idle_timeout`, otherwise that it
// is closed.
std::string AnswerText(const HttpAnswer& answer, absl::string_view method, bool keep_alive,
                       absl::Duration idle_timeout);

// How many requests a connection may bring, for the sender, who wants a number.
inline constexpr std::size_t kMaxKeepAlive = 1'000'000;

}  // namespace http
}  // namespace autopulse::callevents::adapter
