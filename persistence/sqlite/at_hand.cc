#include "persistence/sqlite/at_hand.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace autopulse::callevents::persistence {
namespace {

thread_local SqliteAtHand* current = nullptr;

sqlite3_vfs& Below() {
  static sqlite3_vfs& below = *sqlite3_vfs_find(nullptr);
  return below;
}

}  // namespace

SqliteAtHand::SqliteAtHand() { current = this; }
SqliteAtHand::~SqliteAtHand() { current = nullptr; }

ssize_t SqliteAtHand::ReadFile(int file, void* data, std::size_t size, off_t offset) {
  if (current == nullptr) return pread(file, data, size, offset);
  const iovec all{data, size};
  const ssize_t read = preadv2(file, &all, 1, offset, RWF_NOWAIT);
  if (read > 0) return read;
  // Linux 5.9 and 5.10 return 0 also where it is not the end of the file (preadv2(2), BUGS), and
  // SQLite would take the page for zeros.
  current->would_have_waited_ = true;
  errno = EAGAIN;
  return -1;
}

// All of SQLite's waiting for locks is done by this, a limited number of times.
int SqliteAtHand::Sleep(sqlite3_vfs*, int microseconds) {
  if (current == nullptr) return Below().xSleep(&Below(), microseconds);
  current->would_have_waited_ = true;
  return microseconds;
}

sqlite3_vfs& SqliteAtHand::Vfs() {
  static sqlite3_vfs* const vfs = [] {
    // How SQLite lets one come between it and the system; it concerns the whole process.
    Below().xSetSystemCall(&Below(), "pread64", reinterpret_cast<sqlite3_syscall_ptr>(ReadFile));
    auto* const all = new sqlite3_vfs(Below());  // for as long as a connection may use it
    all->xSleep = Sleep;
    return all;
  }();
  return *vfs;
}

}  // namespace autopulse::callevents::persistence
