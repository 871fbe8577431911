#include "persistence/sqlite/statement.h"

#include <cstring>
#include <odb/sqlite/error.hxx>

namespace autopulse::callevents::persistence {
namespace {

using odb::sqlite::bind;

// ODB leaves it out where a value cannot be NULL.
bool IsNull(const bind& value) { return value.is_null != nullptr && *value.is_null; }

}  // namespace

SqliteStatement::SqliteStatement(odb::sqlite::connection& connection, const std::string& sql)
    : connection_(connection) {
  sqlite3_stmt* handle = nullptr;
  const int result =
      sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  handle_.reset(handle);
  if (result != SQLITE_OK) odb::sqlite::translate_error(result, connection_);
}

void SqliteStatement::Bind(int place, const bind& value) {
  int result = SQLITE_OK;
  if (IsNull(value)) {
    result = sqlite3_bind_null(handle_.get(), place);
  } else if (value.type == bind::integer) {
    result = sqlite3_bind_int64(handle_.get(), place, *static_cast<const long long*>(value.buffer));
  } else if (value.type == bind::real) {
    result = sqlite3_bind_double(handle_.get(), place, *static_cast<const double*>(value.buffer));
  } else {
    result = sqlite3_bind_text(handle_.get(), place, static_cast<const char*>(value.buffer),
                               static_cast<int>(*value.size), SQLITE_STATIC);
  }
  if (result != SQLITE_OK) odb::sqlite::translate_error(result, connection_);
}

void SqliteStatement::Bind(int place, std::int64_t value) {
  const int result = sqlite3_bind_int64(handle_.get(), place, value);
  if (result != SQLITE_OK) odb::sqlite::translate_error(result, connection_);
}

std::int64_t SqliteStatement::Execute() {
  const int stepped = sqlite3_step(handle_.get());
  const int result = sqlite3_reset(handle_.get());
  if (stepped != SQLITE_DONE) odb::sqlite::translate_error(result, connection_);
  return sqlite3_changes64(connection_.handle());
}

bool SameValue(const bind& a, const bind& b) {
  if (IsNull(a) || IsNull(b)) return IsNull(a) && IsNull(b);
  switch (a.type) {
    case bind::integer:
      return std::memcmp(a.buffer, b.buffer, sizeof(long long)) == 0;
    case bind::real:
      return std::memcmp(a.buffer, b.buffer, sizeof(double)) == 0;
    default:
      return *a.size == *b.size && std::memcmp(a.buffer, b.buffer, *a.size) == 0;
  }
}

}  // namespace autopulse::callevents::persistence
