#pragma once

#include <httplib.h>

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/http/request.h"

namespace autopulse::callevents::adapter::http {

// The HTTP library without its sockets and threads: parses the head of a request, asks the handler,
// writes the answer. Used by one thread.
class HttplibEngine final : private httplib::Server {
 public:
  // `handler` must outlive the engine. `idle_timeout` is what answers tell of the connection.
  HttplibEngine(RequestHandler& handler, absl::Duration idle_timeout);

  struct Answered {
    std::string wire_text;
    bool keep_alive = false;
  };

  // Answers `request`, and says whether the connection may go on: if `keep_alive` and the library
  // found nothing wrong.
  Answered Answer(const Request& request, bool keep_alive);

 private:
  HandlerResponse Handle(httplib::Response& response);

  RequestHandler& handler_;
  const Request* request_ = nullptr;  // that is being answered
  bool was_handled_ = false;
};

}  // namespace autopulse::callevents::adapter::http
