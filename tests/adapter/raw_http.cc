#include "tests/adapter/raw_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/numbers.h"

namespace autopulse::callevents::adapter {

int ConnectTo(int port, const char* source) {
  const int connected = socket(AF_INET, SOCK_STREAM, 0);
  // What never comes must fail the test, not hang it.
  const timeval patience = {.tv_sec = 20, .tv_usec = 0};
  setsockopt(connected, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(connected, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  sockaddr_in own = {};
  own.sin_family = AF_INET;
  sockaddr_in server = {};
  server.sin_family = AF_INET;
  server.sin_port = htons(static_cast<std::uint16_t>(port));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (inet_pton(AF_INET, source, &own.sin_addr) != 1 ||
      bind(connected, reinterpret_cast<const sockaddr*>(&own), sizeof(own)) != 0 ||
      connect(connected, reinterpret_cast<const sockaddr*>(&server), sizeof(server)) != 0) {
    std::abort();
  }
  return connected;
}

RawHttp::~RawHttp() { close(socket_); }

bool RawHttp::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void RawHttp::FinishSending() { shutdown(socket_, SHUT_WR); }

bool RawHttp::Receive() {
  char buffer[4096];
  const ssize_t count = recv(socket_, buffer, sizeof(buffer), 0);
  if (count <= 0) return false;
  received_.append(buffer, static_cast<std::size_t>(count));
  return true;
}

std::string RawHttp::ReadAnswer() {
  std::size_t head = std::string::npos;
  while ((head = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!Receive()) return "";
  }
  std::size_t length = 0;
  const std::size_t field = received_.find("Content-Length: ");
  if (field < head) {
    const std::size_t begin = field + 16;
    static_cast<void>(
        absl::SimpleAtoi(received_.substr(begin, received_.find('\r', begin) - begin), &length));
  }
  const std::size_t end = head + 4 + length;
  while (received_.size() < end) {
    if (!Receive()) return "";
  }
  std::string answer = received_.substr(0, end);
  received_.erase(0, end);
  return answer;
}

bool RawHttp::IsClosedByServer() {
  char byte = 0;
  return received_.empty() && recv(socket_, &byte, 1, 0) == 0;
}

}  // namespace autopulse::callevents::adapter
