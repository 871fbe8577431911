#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter {

// One HTTP answer. `headers` are those beside Content-Type and Content-Length.
struct HttpAnswer {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string content_type = "application/json";
  absl::string_view reason = {};  // for counters and the log, a constant; the sender is not told
};

// `{"status":"error","message":MESSAGE}` with an HTTP status.
HttpAnswer ErrorAnswer(int status, absl::string_view message);

namespace http {

// `answer` as it goes over the wire, with `Connection: close`. For what is refused before the HTTP
// library is asked; `method` is the request's, or empty if it is not known.
std::string LastAnswerText(const HttpAnswer& answer, absl::string_view method);

}  // namespace http
}  // namespace autopulse::callevents::adapter
