#pragma once

#include <sqlite3.h>
#include <sys/types.h>

#include <cstddef>

namespace autopulse::callevents::persistence {

// While one lives, SQLite waits for nothing on this thread: neither for the disk, where a page is
// not in the kernel's memory, nor for a lock that another one has. Who asked gets an error
// (SQLITE_IOERR_READ, SQLITE_BUSY, SQLITE_PROTOCOL) and asks again without this. Only where a
// connection is opened the kernel may still look for the file itself.
//
// For connections of `Vfs()`. There is one at most on a thread.
class SqliteAtHand {
 public:
  SqliteAtHand();
  ~SqliteAtHand();
  SqliteAtHand(const SqliteAtHand&) = delete;
  SqliteAtHand& operator=(const SqliteAtHand&) = delete;

  // Whether SQLite would have waited so far, so that what it said cannot be trusted. Always, for
  // what is in a file of a file system that does not tell: Linux knows it of ext4, xfs and btrfs,
  // for example, but not of files in an overlay.
  bool would_have_waited() const { return would_have_waited_; }

  // SQLite's own way to its files, but for that. Thread-safe.
  static sqlite3_vfs& Vfs();

 private:
  static ssize_t ReadFile(int file, void* data, std::size_t size, off_t offset);
  static int Sleep(sqlite3_vfs* vfs, int microseconds);

  bool would_have_waited_ = false;
};

}  // namespace autopulse::callevents::persistence
