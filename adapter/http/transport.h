#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter::http {

// What became of an attempt to receive or send.
struct Transfer {
  enum class Result {
    kDone,
    kWouldBlock,
    kPaused,  // of `Receive` only: nothing yet for all that was read, and the socket may hold more
    kClosed,
  };

  Result result = Result::kClosed;
  std::size_t count = 0;  // bytes, more than zero for kDone
};

// The bytes of one connection, over a socket that does not block and that it does not own. Used by
// one thread at a time.
class Transport {
 public:
  virtual ~Transport() = default;

  // Receives up to `size` bytes, and reads no more than a bounded amount for them.
  virtual Transfer Receive(char* target, std::size_t size) = 0;

  // Sends as much of `bytes` as the socket takes.
  virtual Transfer Send(absl::string_view bytes) = 0;

  // Tells the peer that no more comes.
  virtual void FinishSending() = 0;

  // Whether a call that received less than it asked for has left nothing in the kernel.
  virtual bool short_receive_drains() const = 0;
};

// A TCP socket as it is.
class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(int socket) : socket_(socket) {}

  Transfer Receive(char* target, std::size_t size) override;
  Transfer Send(absl::string_view bytes) override;
  void FinishSending() override;
  bool short_receive_drains() const override { return true; }

 private:
  const int socket_;
};

}  // namespace autopulse::callevents::adapter::http
