#pragma once

#include <sqlite3.h>

namespace autopulse::callevents::persistence {

// Makes a SQLite connection wait for the disk each time it has written some pages to the database's
// file. What is written all at once is in the disk's way all at once: the WAL of others, who
// answer only when it is durable, would stand behind it.
// Not thread-safe, as the connection.
class SqlitePacedWrites {
 public:
  // So many pages are in the kernel's memory at most.
  static constexpr int kPages = 64;

  // `connection` has its database open, and outlives this.
  explicit SqlitePacedWrites(sqlite3* connection);
  ~SqlitePacedWrites();
  SqlitePacedWrites(const SqlitePacedWrites&) = delete;
  SqlitePacedWrites& operator=(const SqlitePacedWrites&) = delete;

 private:
  // What SQLite calls instead of its own; all but these two are its own.
  struct Methods : sqlite3_io_methods {
    const sqlite3_io_methods* below;
    int written;  // pages, since the disk was waited for
  };
  static Methods& Of(sqlite3_file* file);
  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset);
  static int Sync(sqlite3_file* file, int flags);

  sqlite3_file* const file_;
  Methods methods_;
};

}  // namespace autopulse::callevents::persistence
