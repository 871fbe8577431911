#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "adapter/http/address.h"
#include "adapter/http/answer.h"
#include "adapter/http/head.h"
#include "adapter/http/refusals.h"

namespace autopulse::callevents::adapter::http {

// A request that has arrived whole. Its views live until it is answered.
struct Request {
  const RequestHead& head;
  absl::string_view body;
  const Address& peer;  // the other end of the socket, whatever headers say
};

// What a server does with requests. Called by many threads at once.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;

  // Judges a request by its head, before its body is read. The refusal, if it goes no further.
  // Runs on the event loop, so it must not block.
  virtual std::optional<Refusal> RefuseHead(const RequestHead& head, const Address& peer) = 0;

  // Answers a request whose head was not refused. May block, on a thread for requests; what it
  // throws is answered with 500.
  virtual HttpAnswer Handle(const Request& request) = 0;
};

}  // namespace autopulse::callevents::adapter::http
