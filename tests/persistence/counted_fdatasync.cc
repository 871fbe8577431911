#include "tests/persistence/counted_fdatasync.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace autopulse::callevents::persistence {

std::atomic<int> fdatasyncs = 0;
std::atomic<bool> is_fdatasync_failing = false;
std::function<void()> before_fdatasync;

}  // namespace autopulse::callevents::persistence

extern "C" int fdatasync(int file) {
  using namespace autopulse::callevents::persistence;  // NOLINT: what is asked for is ours
  ++fdatasyncs;
  if (before_fdatasync) before_fdatasync();
  if (!is_fdatasync_failing) {
    return static_cast<int>(syscall(SYS_fdatasync, file));
  }
  errno = EIO;
  return -1;
}
