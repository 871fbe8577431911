#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "adapter/http/request.h"

namespace autopulse::callevents::adapter {

// What a test has seen of an exchange.
struct Exchanged {
  std::optional<HttpAnswer> answer;
  absl::AnyInvocable<void()> posted;  // what is to run where it may block
};

// An exchange of a request with this body, on a thread that may block or may not.
class FakeExchange final : public http::Exchange {
 public:
  FakeExchange(absl::string_view body, bool may_block, Exchanged& exchanged)
      : body_(body), may_block_(may_block), exchanged_(exchanged) {}

  const http::Request& request() const override { return request_; }
  void Answer(const HttpAnswer& answer) override { exchanged_.answer = answer; }
  bool may_block() const override { return may_block_; }
  void Post(absl::AnyInvocable<void()> work) override { exchanged_.posted = std::move(work); }

 private:
  const std::string body_;
  const bool may_block_;
  Exchanged& exchanged_;
  const http::RequestHead head_;
  const http::Address peer_;
  const http::Request request_{head_, body_, peer_};
};

}  // namespace autopulse::callevents::adapter
