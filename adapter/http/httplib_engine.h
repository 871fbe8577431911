#pragma once

#include <httplib.h>

#include <string>

#include "absl/time/time.h"
#include "adapter/http/request.h"

namespace autopulse::callevents::adapter::http {

// The HTTP library without its sockets and threads: parses the head of a request and writes the
// answer. Used by one thread.
class HttplibEngine final : private httplib::Server {
 public:
  // `idle_timeout` is what answers tell of the connection.
  explicit HttplibEngine(absl::Duration idle_timeout);

  struct Answered {
    std::string wire_text;
    bool keep_alive = false;
  };

  // Writes `answer` to `request`, and says whether the connection may go on: if `keep_alive` and
  // the library does not mind. Where it does not take the head, the answer is `AnswerText`.
  Answered Answer(const Request& request, const HttpAnswer& answer, bool keep_alive);

 private:
  HandlerResponse Handle(httplib::Response& response);

  const absl::Duration idle_timeout_;
  const HttpAnswer* answer_ = nullptr;  // that is being written
  bool was_written_ = false;
};

}  // namespace autopulse::callevents::adapter::http
