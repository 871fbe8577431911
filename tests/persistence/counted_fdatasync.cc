#include "tests/persistence/counted_fdatasync.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace autopulse::callevents::persistence {

std::atomic<int> fdatasyncs = 0;
std::atomic<bool> is_fdatasync_failing = false;

}  // namespace autopulse::callevents::persistence

extern "C" int fdatasync(int file) {
  ++autopulse::callevents::persistence::fdatasyncs;
  if (!autopulse::callevents::persistence::is_fdatasync_failing) {
    return static_cast<int>(syscall(SYS_fdatasync, file));
  }
  errno = EIO;
  return -1;
}
