#pragma once

#include <memory>
#include <optional>

#include "absl/functional/any_invocable.h"
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

// A request and the way back to who sent it. Passed from thread to thread, used by one at a time.
// One that is given up without an answer is answered with 500.
class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const Request& request() const = 0;

  // Answers, once. What the request is made of is gone afterwards. Does not block.
  virtual void Answer(const HttpAnswer& answer) = 0;

  // Whether the calling thread may block.
  virtual bool may_block() const = 0;

  // Runs `work` on a thread that may block. Does not block. What it throws ends there.
  virtual void Post(absl::AnyInvocable<void()> work) = 0;
};

// What a server does with requests. Called by many threads at once.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;

  // Judges a request by its head, before its body is read. Runs on the event loop, so it must not
  // block.
  virtual HeadVerdict JudgeHead(const RequestHead& head, const Address& peer) = 0;

  // Answers a request whose head was not refused, at once, or takes `exchange` out of the reference
  // and answers later. Must not block unless `exchange->may_block()`. What it throws is answered
  // with 500.
  virtual std::optional<HttpAnswer> Handle(std::unique_ptr<Exchange>& exchange) = 0;

  // Several requests may have been handled since this was called last, and there is none at hand:
  // what can be done for all of them together is to be done now. Must not block.
  virtual void OnRoundEnd() {}
};

}  // namespace autopulse::callevents::adapter::http
