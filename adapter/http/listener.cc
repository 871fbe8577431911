#include "adapter/http/listener.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace autopulse::callevents::adapter::http {
namespace {

// The kernel keeps so many connections until they are accepted (and no more than
// net.core.somaxconn); those beyond wait a second or longer to try again.
constexpr int kBacklog = 4096;

struct HostPort {
  std::string host;
  int port = 0;
};

std::optional<HostPort> ParseHostPort(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos || colon == 0) return std::nullopt;
  absl::string_view host = text.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[") && !absl::ConsumeSuffix(&host, "]")) return std::nullopt;
  HostPort parsed{.host = std::string(host)};
  if (!absl::SimpleAtoi(text.substr(colon + 1), &parsed.port)) return std::nullopt;
  if (parsed.port < 0 || parsed.port > 65535) return std::nullopt;
  return parsed;
}

// Without SO_REUSEPORT, which would let two adapters share a port unnoticed.
Descriptor BindOne(const addrinfo& address) {
  Descriptor socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));  // inherited
  if (bind(socket.number(), address.ai_addr, address.ai_addrlen) != 0 ||
      listen(socket.number(), kBacklog) != 0) {
    socket.Close();
  }
  return socket;
}

Descriptor Bind(const HostPort& address) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = absl::StrCat(address.port);
  if (getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found) != 0) return Descriptor();
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    Descriptor socket = BindOne(*each);
    if (socket.number() >= 0) return socket;
  }
  return Descriptor();
}

int PortOf(int socket) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  in_port_t port = 0;  // at the same place for both families
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  std::memcpy(&port, reinterpret_cast<const char*>(&address) + offsetof(sockaddr_in, sin_port),
              sizeof(port));
  return ntohs(port);
}

Descriptor OpenSpare() { return Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

}  // namespace

Descriptor::~Descriptor() { Close(); }

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    Close();
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

void Descriptor::Close() {
  if (number_ >= 0) close(std::exchange(number_, -1));
}

int Descriptor::Release() { return std::exchange(number_, -1); }

Listener::Listener(Descriptor socket, int port)
    : socket_(std::move(socket)), spare_(OpenSpare()), port_(port) {}

absl::StatusOr<Listener> Listener::Open(const std::string& host_and_port) {
  const auto address = ParseHostPort(host_and_port);
  if (!address.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", host_and_port, "' is no address such as 127.0.0.1:8080"));
  }
  Descriptor socket = Bind(*address);
  if (socket.number() < 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", host_and_port, ": the address is in use or not ours"));
  }
  const int port = PortOf(socket.number());
  return Listener(std::move(socket), port);
}

Listener::Result Listener::Accept(std::optional<Accepted>& accepted) {
  sockaddr_storage peer = {};
  socklen_t size = sizeof(peer);
  const int socket = accept4(socket_.number(), reinterpret_cast<sockaddr*>(&peer), &size,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket >= 0) {
    accepted.emplace(Accepted{Descriptor(socket), Address::Of(peer)});
    return Result::kAccepted;
  }
  switch (errno) {
    case EAGAIN:
      return Result::kNoneWaiting;
    case EMFILE:
    case ENFILE:
      return RefuseOne();
    case ENOBUFS:
    case ENOMEM:
    case EBADF:
    case EINVAL:
      return Result::kOutOfResources;
    default:  // an error of the connection's own (accept(2)), or a signal
      return Result::kFailed;
  }
}

// A connection that is not taken would be announced again and again.
Listener::Result Listener::RefuseOne() {
  spare_.Close();
  Descriptor refused(accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC));
  const bool was_refused = refused.number() >= 0;
  const bool none_waits = !was_refused && errno == EAGAIN;
  refused.Close();
  spare_ = OpenSpare();
  if (none_waits) return Result::kNoneWaiting;
  return was_refused ? Result::kRefused : Result::kOutOfResources;
}

}  // namespace autopulse::callevents::adapter::http
