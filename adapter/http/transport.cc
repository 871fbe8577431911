#include "adapter/http/transport.h"

#include <sys/socket.h>

#include <cerrno>

namespace autopulse::callevents::adapter::http {
namespace {

Transfer TransferOf(ssize_t count) {
  if (count > 0) return {Transfer::Result::kDone, static_cast<std::size_t>(count)};
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    return {Transfer::Result::kWouldBlock};
  }
  return {Transfer::Result::kClosed};
}

}  // namespace

Transfer PlainTransport::Receive(char* target, std::size_t size) {
  ssize_t count = 0;
  do {
    count = recv(socket_, target, size, 0);
  } while (count < 0 && errno == EINTR);
  return TransferOf(count);
}

Transfer PlainTransport::Send(absl::string_view bytes) {
  ssize_t count = 0;
  do {
    count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  return TransferOf(count);
}

void PlainTransport::FinishSending() { shutdown(socket_, SHUT_WR); }

}  // namespace autopulse::callevents::adapter::http
