#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter {

// A socket that is connected to a port of this machine, from `source`, one of its addresses. The
// caller closes it. What never comes, or is never taken, fails after 20 seconds.
int ConnectTo(int port, const char* source = "127.0.0.1");

// One connection over which a test sends exactly the bytes it wants. Used by one thread.
class RawHttp {
 public:
  // As `ConnectTo`.
  explicit RawHttp(int port, const char* source = "127.0.0.1") : socket_(ConnectTo(port, source)) {}
  ~RawHttp();
  RawHttp(const RawHttp&) = delete;
  RawHttp& operator=(const RawHttp&) = delete;

  // Sends `bytes`. False once the server has closed.
  bool Send(absl::string_view bytes);

  // Tells the server that no more comes.
  void FinishSending();

  // The next answer, its body as long as Content-Length says; empty if the server closed instead.
  std::string ReadAnswer();

  // Whether the server closes, without sending more.
  bool IsClosedByServer();

 private:
  bool Receive();

  int socket_;
  std::string received_;
};

}  // namespace autopulse::callevents::adapter
