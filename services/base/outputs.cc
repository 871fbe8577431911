#include "services/base/outputs.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::base {
namespace {

// How much a pipe holds for a reader that is behind for a moment: what every user may ask for.
constexpr int kPipeBytes = 1 << 20;

enum class Way {
  kWrite,  // which waits for nobody, or may wait
  kSend,   // to a socket, without waiting
  kPoll,   // and write only what is taken at once
};

Way way_of_errors = Way::kWrite;  // set before there are threads

// What is set for a descriptor is set for all processes that have it from the same parent, so this
// one opens it anew.
Way OpenAnew(int number) {
  struct stat status = {};
  if (fstat(number, &status) != 0 || S_ISREG(status.st_mode)) return Way::kWrite;
  if (S_ISSOCK(status.st_mode)) return Way::kSend;
  if (S_ISFIFO(status.st_mode) && fcntl(number, F_GETPIPE_SZ) < kPipeBytes) {
    fcntl(number, F_SETPIPE_SZ, kPipeBytes);
  }
  const std::string path = absl::StrCat("/proc/self/fd/", number);
  const int own = open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (own < 0) return Way::kPoll;  // another user's, for instance
  dup2(own, number);
  close(own);
  return Way::kWrite;
}

bool IsReady(int number) {
  pollfd entry = {.fd = number, .events = POLLOUT, .revents = 0};
  return poll(&entry, 1, 0) > 0;
}

ssize_t Write(absl::string_view text) {
  switch (way_of_errors) {
    case Way::kSend:
      return send(STDERR_FILENO, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    case Way::kPoll:
      if (!IsReady(STDERR_FILENO)) return 0;
      text = text.substr(0, PIPE_BUF);  // a pipe that is ready has room for so much
      break;
    case Way::kWrite:
      break;
  }
  return write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void NeverWaitForReaders() {
  OpenAnew(STDOUT_FILENO);
  way_of_errors = OpenAnew(STDERR_FILENO);
}

std::size_t WriteToStandardError(absl::string_view text) {
  ssize_t taken = Write(text);
  while (taken < 0 && errno == EINTR) taken = Write(text);
  return taken < 0 ? 0 : static_cast<std::size_t>(taken);
}

}  // namespace autopulse::callevents::base
