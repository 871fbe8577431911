#include "tests/persistence/raw_sqlite.h"

#include "gtest/gtest.h"

namespace autopulse::callevents::persistence {

RawSqlite::RawSqlite(const std::string& path, const char* vfs) {
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &handle_, kFlags, vfs), SQLITE_OK) << path;
  Run("PRAGMA foreign_keys=ON");
}

RawSqlite::~RawSqlite() { sqlite3_close(handle_); }

void RawSqlite::Run(const std::string& sql) {
  EXPECT_EQ(TryRun(sql), SQLITE_OK) << sql << ": " << sqlite3_errmsg(handle_);
}

int RawSqlite::TryRun(const std::string& sql) {
  return sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
}

std::vector<std::string> RawSqlite::Query(const std::string& sql) {
  std::vector<std::string> values;
  const auto add_row = [](void* to, int columns, char** texts, char**) {
    auto& row = *static_cast<std::vector<std::string>*>(to);
    for (int i = 0; i < columns; ++i) row.emplace_back(texts[i] != nullptr ? texts[i] : "NULL");
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(handle_, sql.c_str(), add_row, &values, nullptr), SQLITE_OK)
      << sql << ": " << sqlite3_errmsg(handle_);
  return values;
}

std::string RawSqlite::Value(const std::string& sql) {
  const std::vector<std::string> values = Query(sql);
  EXPECT_EQ(values.size(), 1U) << sql;
  return values.empty() ? "" : values.front();
}

}  // namespace autopulse::callevents::persistence
