#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/sqlite-types.hxx>
#include <string>

namespace autopulse::callevents::persistence {

// A prepared statement of one connection, with parameters as ODB binds them. Throws what ODB
// throws.
class SqliteStatement {
 public:
  SqliteStatement(odb::sqlite::connection& connection, const std::string& sql);

  // Gives the parameter at `place`, counted from one, a value, which must live until `Execute`.
  void Bind(int place, const odb::sqlite::bind& value);
  void Bind(int place, std::int64_t value);

  // Runs it, and returns how many rows it has touched. It yields none.
  std::int64_t Execute();

 private:
  odb::sqlite::connection& connection_;
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> handle_{nullptr, sqlite3_finalize};
};

// Whether two parameters of the same type have the same value.
bool SameValue(const odb::sqlite::bind& a, const odb::sqlite::bind& b);

}  // namespace autopulse::callevents::persistence
