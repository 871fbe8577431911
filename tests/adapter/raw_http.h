#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter {

// One connection over which a test sends exactly the bytes it wants. Used by one thread.
class RawHttp {
 public:
  // From `source`, one of this machine's addresses.
  explicit RawHttp(int port, const char* source = "127.0.0.1");
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
