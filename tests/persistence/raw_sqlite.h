#pragma once

#include <sqlite3.h>

#include <string>
#include <vector>

namespace autopulse::callevents::persistence {

// Another program on the same file: plain SQLite, without ODB. A failure fails the test, but for
// those that are asked about.
class RawSqlite {
 public:
  explicit RawSqlite(const std::string& path, const char* vfs = nullptr);
  ~RawSqlite();
  RawSqlite(const RawSqlite&) = delete;
  RawSqlite& operator=(const RawSqlite&) = delete;

  // Runs statements.
  void Run(const std::string& sql);

  // The same; returns SQLite's result, SQLITE_OK or another.
  int TryRun(const std::string& sql);

  // Every value of a query as text, row by row; `NULL` for NULL.
  std::vector<std::string> Query(const std::string& sql);

  // The one value of a query.
  std::string Value(const std::string& sql);

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace autopulse::callevents::persistence
