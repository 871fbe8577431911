#include "persistence/spool/spool_database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <odb/schema-catalog.hxx>
#include <odb/sqlite/connection-factory.hxx>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/exceptions.hxx>
#include <odb/sqlite/transaction.hxx>
#include <set>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "persistence/spool/rows-odb.h"
#include "persistence/spool/spool_errors.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence::spool {
namespace {

constexpr char kSchema[] = "spool";

// What one commit may take along.
constexpr std::size_t kMaxGroup = 256;

// SQLite's own size of a page.
constexpr std::int64_t kPageBytes = 4096;

std::string MovedSentence(const std::string& moved) {
  return absl::StrCat("`", moved, "` was removed, renamed or replaced while in use: put it back, ",
                      "or start again to use what is there");
}

class ConnectionPool : public odb::sqlite::connection_pool_factory {
 public:
  ConnectionPool(absl::Duration busy_timeout, const base::OpenFiles& files)
      : busy_timeout_(busy_timeout), files_(files) {}

 protected:
  pooled_connection_ptr create() override {
    // What is known by its id would be another event in another file.
    if (const std::string moved = files_.Moved(); !moved.empty()) {
      throw odb::sqlite::database_exception(SQLITE_CANTOPEN, SQLITE_CANTOPEN, MovedSentence(moved));
    }
    pooled_connection_ptr connection = connection_pool_factory::create();
    sqlite3_busy_timeout(connection->handle(),
                         static_cast<int>(absl::ToInt64Milliseconds(busy_timeout_)));
    connection->execute("PRAGMA synchronous=FULL");
    connection->execute("PRAGMA journal_size_limit=67108864");
    // What was delivered is gone from the file too, not only from the tables.
    connection->execute("PRAGMA secure_delete=ON");
    return connection;
  }

 private:
  absl::Duration busy_timeout_;
  const base::OpenFiles& files_;
};

// What undelivered events say is nobody else's business. SQLite's own files beside it get the same.
void MakePrivateFile(const std::string& path) {
  const int made = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (made >= 0) close(made);
}

absl::Status DamagedError() {
  return absl::FailedPreconditionError(
      "it is damaged, or no SQLite database: move it away together with its -wal and -shm files, "
      "start again, and rescue what is in it (docs/operations.md, A damaged spool)");
}

int CollectName(void* names, int, char** values, char**) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(values[0]);
  return SQLITE_OK;
}

// Whether the tables are there. FAILED_PRECONDITION if others are: it is a database of another use.
absl::StatusOr<bool> HasTables(sqlite3* handle) {
  constexpr char kSql[] =
      "SELECT name FROM sqlite_master"
      " WHERE type = 'table' AND name NOT LIKE 'sqlite#_%' ESCAPE '#'";
  const std::set<std::string> own = {"lane", "pending_event", "dead_letter"};
  std::vector<std::string> names;
  const int result = sqlite3_exec(handle, kSql, CollectName, &names, nullptr);
  if (result != SQLITE_OK) {
    return SqliteError(sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
  }
  for (const std::string& name : names) {
    if (own.count(name) > 0) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("it is no spool, for it has a table `", name, "`; name another file"));
  }
  return !names.empty();
}

}  // namespace

SpoolDatabase::SpoolDatabase(const std::string& path, absl::Duration busy_timeout)
    : database_(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_PRIVATECACHE,
                /*foreign_keys=*/true, /*vfs=*/"",
                std::make_unique<ConnectionPool>(busy_timeout, files_)) {}

absl::Status SpoolDatabase::CheckPath(const std::string& path) {
  if (path == ":memory:") {
    return absl::FailedPreconditionError("it is kept in memory; name a file");
  }
  std::error_code ignored;
  const std::filesystem::path file(path);
  if (std::filesystem::is_directory(file, ignored)) {
    return absl::FailedPreconditionError("it is a folder");
  }
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (!std::filesystem::is_directory(folder, ignored)) {
    return absl::FailedPreconditionError(
        absl::StrCat("there is no folder `", folder.string(), "`"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SpoolDatabase>> SpoolDatabase::Open(const std::string& path,
                                                                   absl::Duration busy_timeout) {
  RETURN_IF_ERROR(CheckPath(path));
  std::unique_ptr<SpoolDatabase> database;
  MakePrivateFile(path);
  const absl::Status opened = CatchErrors([&] {
    database.reset(new SpoolDatabase(path, busy_timeout));
    return database->Prepare(path);
  });
  if (absl::IsDataLoss(opened)) {
    return DamagedError();
  }
  RETURN_IF_ERROR(opened);
  return database;
}

SpoolDatabase::~SpoolDatabase() { CheckInPlace().IgnoreError(); }

absl::Status SpoolDatabase::Prepare(const std::string& path) {
  {
    const odb::sqlite::connection_ptr connection = database_.connection();
    sqlite3* const handle = connection->handle();
    if (sqlite3_db_readonly(handle, "main") == 1) {
      return absl::FailedPreconditionError("it is not writable");
    }
    RETURN_IF_ERROR(HasTables(handle).status());  // before anything in it is changed
    // In a new file, so that it can be made smaller when it has been drained.
    sqlite3_exec(handle, "PRAGMA auto_vacuum=INCREMENTAL", nullptr, nullptr, nullptr);
    const int result = sqlite3_exec(handle, "PRAGMA journal_mode=WAL", nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) {
      return SqliteError(sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
    }
  }
  odb::sqlite::transaction transaction(database_.begin_exclusive());
  sqlite3* const handle = transaction.connection().handle();
  ASSIGN_OR_RETURN(const bool has_tables, HasTables(handle));
  if (!has_tables) odb::schema_catalog::create_schema(database_, kSchema, /*drop=*/false);
  files_.Add(path);
  files_.Add(sqlite3_filename_wal(sqlite3_db_filename(handle, "main")));
  transaction.commit();
  return absl::OkStatus();
}

absl::Status SpoolDatabase::Verify() {
  std::string result;
  const absl::Status read = Read([&](odb::database& /*database*/) {
    const auto note = [](void* text, int, char** values, char**) {
      *static_cast<std::string*>(text) = values[0] == nullptr ? "" : values[0];
      return 0;
    };
    sqlite3* const handle = odb::sqlite::transaction::current().connection().handle();
    sqlite3_exec(handle, "PRAGMA quick_check(1)", note, &result, nullptr);
    return absl::OkStatus();
  });
  return read.ok() && result == "ok" ? absl::OkStatus() : DamagedError();
}

absl::StatusOr<bool> SpoolDatabase::Shrink(std::int64_t keep, std::int64_t bytes) {
  std::int64_t spare = 0;
  RETURN_IF_ERROR(Read([&](odb::database& database) {
    spare = database.query_value<FreeBytes>().bytes - keep;
    return absl::OkStatus();
  }));
  if (spare <= 0) return false;
  RETURN_IF_ERROR(Write([&](odb::database& /*database*/) {
    sqlite3* const handle = odb::sqlite::transaction::current().connection().handle();
    const std::string sql =
        absl::StrCat("PRAGMA incremental_vacuum(", std::min(spare, bytes) / kPageBytes, ")");
    const int result = sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr);
    return result == SQLITE_OK ? absl::OkStatus() : SqliteError(result, sqlite3_errmsg(handle));
  }));
  if (spare > bytes) return true;
  // The file itself becomes smaller when the log is written back, which nobody may have a reason
  // for; where somebody reads it just now, that is left to the next one who has.
  EmptyLog().IgnoreError();
  return false;
}

absl::Status SpoolDatabase::EmptyLog() {
  return CatchErrors([&]() -> absl::Status {
    const odb::sqlite::connection_ptr connection = database_.connection();
    sqlite3* const handle = connection->handle();
    const int result = sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_TRUNCATE,
                                                 /*pnLog=*/nullptr, /*pnCkpt=*/nullptr);
    return result == SQLITE_OK ? absl::OkStatus() : SqliteError(result, sqlite3_errmsg(handle));
  });
}

absl::Status SpoolDatabase::CheckInPlace() {
  const std::string moved = files_.Moved();
  if (moved.empty()) return absl::OkStatus();
  // What is kept goes to the file that it belongs to, wherever that is now: no log stays behind
  // which another spool in its place would take for its own.
  EmptyLog().IgnoreError();
  return SqliteError(SQLITE_CANTOPEN, MovedSentence(moved));
}

absl::Status SpoolDatabase::Read(const Work& work) {
  return CatchErrors([&] {
    const odb::sqlite::transaction transaction(database_.begin());
    return work(database_);
  });
}

absl::Status SpoolDatabase::Write(const Work& work) {
  Waiting mine{.work = &work, .status = absl::OkStatus()};
  const absl::MutexLock lock(&mutex_);
  waiting_.push_back(&mine);
  const auto may_go_on = [this, &mine] {
    mutex_.AssertHeld();
    return mine.done || !committing_;
  };
  mutex_.Await(absl::Condition(&may_go_on));
  // Whoever finds nobody committing commits for all who wait, itself among them, unless they are
  // more than one commit takes: then the next of them goes on.
  while (!mine.done) {
    const std::size_t count = std::min(waiting_.size(), kMaxGroup);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
    const std::vector<Waiting*> group(waiting_.begin(), end);
    waiting_.erase(waiting_.begin(), end);
    committing_ = true;
    mutex_.Unlock();
    const absl::Status status = Commit(group);
    mutex_.Lock();
    committing_ = false;
    for (Waiting* const waiting : group) {
      waiting->status = status;
      waiting->done = true;
    }
  }
  return mine.status;
}

absl::Status SpoolDatabase::Commit(const std::vector<Waiting*>& group) {
  return CatchErrors([&]() -> absl::Status {
    const odb::sqlite::connection_ptr connection = database_.connection();
    absl::Status status = CatchErrors([&]() -> absl::Status {
      odb::sqlite::transaction transaction(connection->begin_immediate());
      for (const Waiting* const waiting : group) RETURN_IF_ERROR((*waiting->work)(database_));
      transaction.commit();
      return absl::OkStatus();
    });
    // A COMMIT that failed, of a full disk for instance, leaves its transaction open.
    if (!status.ok() && sqlite3_get_autocommit(connection->handle()) == 0) {
      sqlite3_exec(connection->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
    return status;
  });
}

}  // namespace autopulse::callevents::persistence::spool
