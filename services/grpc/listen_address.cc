#include "services/grpc/listen_address.h"

#include <arpa/inet.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace autopulse::callevents::rpc {
namespace {

constexpr mode_t kGroupMode = 0660;

bool IsLoopback(absl::string_view host) {
  if (host == "localhost") return true;
  const std::string name(absl::StripSuffix(absl::StripPrefix(host, "["), "]"));
  struct in_addr v4 = {};
  if (inet_pton(AF_INET, name.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == IN_LOOPBACKNET;
  struct in6_addr v6 = {};
  return inet_pton(AF_INET6, name.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

absl::StatusOr<struct sockaddr_un> SocketAddress(absl::string_view path) {
  struct sockaddr_un address = {};
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat("unix:", path,
                                                   ": the path of a socket has at most ",
                                                   sizeof(address.sun_path) - 1, " bytes"));
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

// Whether somebody listens on a socket; an error number if that cannot be told.
absl::StatusOr<bool> IsListenedOn(const std::string& path) {
  const absl::StatusOr<struct sockaddr_un> address = SocketAddress(path);
  if (!address.ok()) return address.status();
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::ErrnoToStatus(errno, "socket");
  const int result =
      connect(fd, reinterpret_cast<const struct sockaddr*>(&*address), sizeof(*address));
  const int error = result == 0 ? 0 : errno;
  close(fd);
  if (error == ECONNREFUSED) return false;
  if (error == 0 || error == EAGAIN) return true;  // EAGAIN: its queue is full
  return absl::ErrnoToStatus(error, absl::StrCat("unix:", path));
}

absl::Status Unusable(const std::string& path, absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat("cannot listen on unix:", path, ": ", why));
}

}  // namespace

bool ListenAddress::is_local() const {
  return is_socket() || IsLoopback(absl::string_view(text).substr(0, text.rfind(':')));
}

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text) {
  ListenAddress address{.text = std::string(text), .socket_path = {}};
  if (absl::StartsWith(text, "unix:")) {
    absl::ConsumePrefix(&text, "unix:");
    absl::ConsumePrefix(&text, "//");
    if (!text.empty()) {
      const auto socket = SocketAddress(text);
      if (!socket.ok()) return socket.status();
      address.socket_path = std::string(text);
      return address;
    }
  } else {
    const std::size_t colon = text.rfind(':');
    int port = 0;
    if (colon != absl::string_view::npos && colon > 0 &&
        absl::SimpleAtoi(text.substr(colon + 1), &port) && port >= 0 && port <= 65535) {
      return address;
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("cannot listen on '", address.text, "': give HOST:PORT or unix:PATH"));
}

absl::Status ClearSocketPath(const std::string& path) {
  struct stat found = {};
  if (lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return absl::OkStatus();
    return Unusable(path, std::strerror(errno));
  }
  if (!S_ISSOCK(found.st_mode)) return Unusable(path, "there is a file that is no socket");
  const absl::StatusOr<bool> listened_on = IsListenedOn(path);
  if (!listened_on.ok()) return Unusable(path, listened_on.status().message());
  if (*listened_on) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on unix:", path, ": another program does"));
  }
  if (unlink(path.c_str()) != 0) return Unusable(path, std::strerror(errno));
  return absl::OkStatus();
}

absl::Status ShareSocket(const std::string& path, const std::string& group) {
  const struct group* found = getgrnam(group.c_str());
  if (found == nullptr) return Unusable(path, absl::StrCat("there is no group '", group, "'"));
  if (chown(path.c_str(), static_cast<uid_t>(-1), found->gr_gid) != 0 ||
      chmod(path.c_str(), kGroupMode) != 0) {
    return Unusable(path, absl::StrCat("it cannot be given to the group '", group,
                                       "': ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace autopulse::callevents::rpc
