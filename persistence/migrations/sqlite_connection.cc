#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "persistence/migrations/connection.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

// How long to wait, once the file is open, for programs that write, such as an upgrade.
constexpr int kBusyTimeoutMs = 60'000;

struct Close {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

absl::Status ErrorOf(sqlite3* handle, int result) {
  const std::string text = sqlite3_errmsg(handle);
  switch (result) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::AbortedError(
          absl::StrCat("another program holds the database (", text, "): stop it, or try again"));
    case SQLITE_NOTADB:
      return absl::FailedPreconditionError("it is not a SQLite database");
    default:
      return absl::InternalError(text);
  }
}

class SqliteConnection : public Connection {
 public:
  explicit SqliteConnection(Handle handle) : handle_(std::move(handle)) {}

  Dialect dialect() const override { return Dialect::kSqlite; }

  absl::Status Run(const std::string& script) override {
    const int result = sqlite3_exec(handle_.get(), script.c_str(), nullptr, nullptr, nullptr);
    return result == SQLITE_OK ? absl::OkStatus() : ErrorOf(handle_.get(), result);
  }

  absl::StatusOr<std::vector<Row>> Query(const std::string& sql) override {
    std::vector<Row> rows;
    const auto add_row = [](void* to, int columns, char** texts, char**) {
      Row& row = static_cast<std::vector<Row>*>(to)->emplace_back();
      for (int i = 0; i < columns; ++i) row.emplace_back(texts[i] != nullptr ? texts[i] : "");
      return 0;
    };
    const int result = sqlite3_exec(handle_.get(), sql.c_str(), add_row, &rows, nullptr);
    if (result != SQLITE_OK) return ErrorOf(handle_.get(), result);
    return rows;
  }

 private:
  Handle handle_;
};

absl::Status SetUp(Connection& connection) {
  // With foreign keys on, DROP TABLE while a table is built anew would delete the rows that refer
  // to it; inside a transaction the pragma does nothing. X1: what is deleted is overwritten.
  RETURN_IF_ERROR(
      connection.Run("PRAGMA foreign_keys=OFF; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON"));
  // Only a query opens the file, and finds out whether it is a database.
  return connection.Query("SELECT count(*) FROM sqlite_schema").status();
}

absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, int flags) {
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  Handle handle(opened);
  if (result != SQLITE_OK) return absl::UnavailableError(sqlite3_errmsg(opened));
  auto connection = std::make_unique<SqliteConnection>(std::move(handle));
  sqlite3_busy_timeout(opened, static_cast<int>(absl::ToInt64Milliseconds(kOpenPatience)));
  const absl::Status ready = SetUp(*connection);
  // Waited for already; ABORTED would have it tried again.
  if (absl::IsAborted(ready)) return absl::UnavailableError(ready.message());
  RETURN_IF_ERROR(ready);
  sqlite3_busy_timeout(opened, kBusyTimeoutMs);
  return connection;
}

// SQLite removes the log of a database that is missing or empty, and with it what was committed
// last: hardly what is meant by who has moved or lost the file. Another starter may be making it:
// its log is there after its file.
absl::Status RefuseLogWithoutDatabase(const std::string& path) {
  std::error_code ignored;
  const std::string log = path + "-wal";
  const auto holds_any = [&](const std::string& file) {
    return std::filesystem::exists(file, ignored) && std::filesystem::file_size(file, ignored) > 0;
  };
  if (!holds_any(log) || holds_any(path)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("`", log, "` holds the last writes of a database that is not there: put `", path,
                   "` back where it was, or move the -wal away to begin a new one"));
}

absl::Status CheckFile(const std::string& path, IfMissing if_missing) {
  if (path.empty() || path == ":memory:") {
    return absl::InvalidArgumentError("sqlite: needs the name of a file, such as sqlite:calls.db");
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return absl::FailedPreconditionError(absl::StrCat("`", path, "` is a folder"));
  }
  if (if_missing == IfMissing::kFail && !std::filesystem::exists(path, ignored)) {
    return absl::FailedPreconditionError(absl::StrCat("there is no file `", path, "`"));
  }
  return RefuseLogWithoutDatabase(path);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> OpenSqliteFile(const std::string& path,
                                                           IfMissing if_missing) {
  RETURN_IF_ERROR(CheckFile(path, if_missing));
  const int create = if_missing == IfMissing::kCreate ? SQLITE_OPEN_CREATE : 0;
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_PRIVATECACHE | create);
  if (connection.ok()) return connection;
  return absl::Status(connection.status().code(),
                      absl::StrCat("cannot open `", path, "`: ", connection.status().message()));
}

absl::StatusOr<std::unique_ptr<Connection>> OpenSqliteMemory() {
  return Open(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_PRIVATECACHE);
}

}  // namespace autopulse::callevents::persistence::migrations
