#include "tests/bench/webhook_connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/bench/fail.h"

namespace autopulse::callevents::bench {
namespace {

constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 10;
constexpr absl::string_view kLength = "\r\ncontent-length: ";

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    Fail(absl::StrCat("cannot connect to port ", port, ": ", std::strerror(errno)));
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  return fd;
}

// The bytes of the answer's body; the whole head must be in `answer`.
std::size_t BodyLength(absl::string_view head) {
  const char* const at =
      std::search(head.begin(), head.end(), kLength.begin(), kLength.end(),
                  [](char left, char right) { return absl::ascii_tolower(left) == right; });
  std::size_t length = 0;
  if (at == head.end() ||
      std::from_chars(at + kLength.size(), head.end(), length).ec != std::errc()) {
    Fail(absl::StrCat("an answer without a length: ", head));
  }
  return length;
}

}  // namespace

WebhookConnection::WebhookConnection(const Mix& mix, int port, const std::string& secret)
    : answer_(kMaxAnswerBytes), fd_(Connect(port)) {
  for (const std::string& body : mix.bodies) {
    Request request;
    request.bytes = absl::StrCat("POST /webhooks/vapi HTTP/1.1\r\nHost: 127.0.0.1:", port,
                                 "\r\nContent-Type: application/json\r\nX-Vapi-Secret: ", secret,
                                 "\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
    request.places = CallNumberPlaces(request.bytes);
    requests_.push_back(std::move(request));
  }
}

WebhookConnection::~WebhookConnection() { close(fd_); }

void WebhookConnection::Send(std::size_t step, std::uint64_t call, std::int64_t start) {
  Request& request = requests_[step];
  for (const std::size_t place : request.places) {
    WriteCallNumber(request.bytes.data() + place, call);
  }
  step_ = step;
  call_ = call;
  start_ = start;
  busy_ = true;
  sent_ = 0;
  received_ = 0;
  Flush();
}

void WebhookConnection::Flush() {
  const std::string& bytes = requests_[step_].bytes;
  while (busy_ && sent_ < bytes.size()) {
    const ssize_t count = send(fd_, bytes.data() + sent_, bytes.size() - sent_, MSG_NOSIGNAL);
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) Fail(absl::StrCat("cannot send: ", std::strerror(errno)));
    sent_ += static_cast<std::size_t>(count);
  }
}

int WebhookConnection::Receive() {
  const ssize_t count = recv(fd_, answer_.data() + received_, answer_.size() - received_, 0);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count <= 0) Fail("the server has closed a connection");
  received_ += static_cast<std::size_t>(count);
  const absl::string_view answer(answer_.data(), received_);
  const std::size_t end = answer.find("\r\n\r\n");
  if (end == absl::string_view::npos) return 0;
  if (received_ < end + 4 + BodyLength(answer.substr(0, end))) return 0;
  int status = 0;
  if (!absl::StartsWith(answer, "HTTP/1.1 ") ||
      std::from_chars(answer.data() + 9, answer.data() + 12, status).ec != std::errc()) {
    Fail(absl::StrCat("no answer of HTTP: ", answer.substr(0, 80)));
  }
  busy_ = false;
  return status;
}

}  // namespace autopulse::callevents::bench
