#include "persistence/sqlite/database.h"

#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <odb/sqlite/connection-factory.hxx>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/database.hxx>
#include <odb/sqlite/exceptions.hxx>
#include <odb/sqlite/transaction.hxx>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "persistence/disk_failure.h"
#include "persistence/odb_errors.h"
#include "persistence/sqlite/at_hand.h"
#include "persistence/sqlite/checkpoints.h"
#include "persistence/sqlite/group.h"
#include "persistence/sqlite/pages.h"
#include "persistence/sqlite/wal_sync.h"
#include "persistence/sqlite/wal_writes.h"
#include "persistence/timestamp_text.h"
#include "services/base/open_files.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence {
namespace {

// What the writer keeps of the file: the inner pages of large indexes, and what a group of events
// changes, so that nothing of it is written before the commit. Not more, for SQLite searches all of
// it after a page was split (docs/performance-findings.md).
constexpr int kWriterCacheKilobytes = 4 << 10;

// SQLite counts its memory under one lock, which all connections would wait for each time they take
// some. To be said before it is used at all.
[[maybe_unused]] const int kMemoryIsNotCounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);

// As many connections as threads need at once; each is kept for the next. So a reader never waits
// for a writer, nor for another reader.
class ConnectionPool : public odb::sqlite::connection_pool_factory {
 public:
  ConnectionPool(absl::Duration busy_timeout, const base::OpenFiles& files)
      : busy_timeout_(busy_timeout), files_(files) {}

 protected:
  pooled_connection_ptr create() override {
    // Another file's connection would take this one's log for its own.
    if (const std::string moved = files_.Moved(); !moved.empty()) {
      throw odb::sqlite::database_exception(SQLITE_CANTOPEN, SQLITE_CANTOPEN,
                                            absl::StrCat("`", moved, "` is another file now"));
    }
    pooled_connection_ptr connection(new (odb::details::shared) Connection(*db_, extra_flags_));
    sqlite3_busy_timeout(connection->handle(),
                         static_cast<int>(absl::ToInt64Milliseconds(busy_timeout_)));
    connection->execute("PRAGMA synchronous=FULL");
    connection->execute("PRAGMA journal_size_limit=67108864");
    connection->execute("PRAGMA secure_delete=ON");  // X1: what is dropped is overwritten
    return connection;
  }

 private:
  class Connection : public pooled_connection, public SqlitePages {
   public:
    using pooled_connection::pooled_connection;
    ~Connection() override { Forget(); }
  };

  absl::Duration busy_timeout_;
  const base::OpenFiles& files_;
};

class SqliteDatabase : public Database {
 public:
  // Without a private cache for each connection, readers would wait for writers even with WAL. No
  // mutex, for a connection is used by one thread at a time.
  SqliteDatabase(const std::string& path, absl::Duration busy_timeout)
      : database_(path,
                  SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_PRIVATECACHE |
                      SQLITE_OPEN_NOMUTEX,
                  /*foreign_keys=*/true, SqliteWalWrites(),
                  std::make_unique<ConnectionPool>(busy_timeout, files_)) {}

  // To be called before anything else, with the path again.
  absl::Status Begin(const std::string& path) {
    RETURN_IF_ERROR(SwitchToWal());
    checkpoints_.emplace(database_.connection(), writer_mutex_);
    // What a process left in the WAL that the disk had failed may be in the kernel's memory only,
    // and is never written again unless it is copied. Not while somebody reads an older state.
    absl::Status copied = checkpoints_->TruncateAtStart();
    if (!copied.ok() && !absl::IsAborted(copied)) return copied;
    writer_ = database_.connection();
    writer_->execute(absl::StrCat("PRAGMA cache_size=-", kWriterCacheKilobytes));
    // The writer's code looks that what it refers to is there; SQLite would look again for each
    // row, and keep copies of pages in case it is not. What a deletion takes along, triggers say.
    writer_->execute("PRAGMA foreign_keys=OFF");
    // What a statement of several rows would have to undo is kept in memory, not in a file.
    writer_->execute("PRAGMA temp_store=MEMORY");
    sqlite3_wal_hook(writer_->handle(), NoteCommit, &*checkpoints_);
    const char* const file = sqlite3_db_filename(writer_->handle(), "main");
    const char* const wal = sqlite3_filename_wal(file);
    std::error_code ignored;  // `path` may be a link, or a URI
    files_.Add(std::filesystem::exists(path, ignored) ? path : file);
    files_.Add(wal);
    sync_.emplace(wal, [this] { EndIfMoved(); });
    return absl::OkStatus();
  }

  odb::sqlite::database& database() override { return database_; }
  GroupAccess& group() override { return *group_; }

  bool ReadAtHand(absl::FunctionRef<void()> read) override {
    const SqliteAtHand at_hand;
    read();
    return !at_hand.would_have_waited();
  }

  // Always the same one, so that SQLite tells by `data_version` whether somebody else has written.
  odb::connection_ptr WriterConnection() override { return writer_; }

  std::vector<domain::Call> SelectCalls(const std::vector<odb::query_base>& parts, int limit,
                                        bool /*all*/) override {
    odb::sqlite::connection& connection = odb::sqlite::transaction::current().connection();
    return dynamic_cast<SqlitePages&>(connection).Select(connection, parts, limit);
  }

  // A commit is not on the disk yet, see SqliteWalWrites: the next one begins meanwhile.
  void WhenDurable(core::CallStore::Durable done) override { sync_->WhenDurable(std::move(done)); }

  // A transaction that reads before it asks to write loses against one that wrote in between.
  odb::transaction_impl* BeginWrite(odb::connection& connection) override {
    return static_cast<odb::sqlite::connection&>(connection).begin_immediate();
  }

  void AbandonTransaction(odb::connection& connection) override {
    sqlite3* const handle = static_cast<odb::sqlite::connection&>(connection).handle();
    if (sqlite3_get_autocommit(handle) != 0) return;
    sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr);
  }

  // One transaction at a time writes anyway.
  void LockProviderCalls(const std::vector<std::string>&) override {}
  std::optional<std::int64_t> PickId(const std::string&) override { return std::nullopt; }
  void SkipId(const std::string&, std::int64_t) override {}
  std::optional<core::JournalMark> MarkJournal() override { return std::nullopt; }
  bool is_shared() const override { return false; }

  std::optional<std::int64_t> DataVersion() override {
    const std::int64_t told = ToldDataVersion();
    if (std::exchange(told_data_version_, told) != told) NoteChange();
    return data_version_;
  }

  void NoteChange() override { ++data_version_; }

  std::string Literal(Timestamp time) const override {
    return absl::StrCat("'", TimestampText(time).str(), "'");
  }

  // What was overwritten in the file may still stand in the WAL.
  absl::Status Scrub() override { return checkpoints_->Truncate(); }

  base::FairMutex* writer_mutex() override { return &writer_mutex_; }

 private:
  // WAL stays with the file; the other settings belong to each connection.
  absl::Status SwitchToWal() {
    const odb::sqlite::connection_ptr connection = database_.connection();
    sqlite3* const handle = connection->handle();
    if (absl::NullSafeStringView(sqlite3_db_filename(handle, "main")).empty()) {
      return absl::FailedPreconditionError("it is kept in memory; name a file");
    }
    if (sqlite3_db_readonly(handle, "main") == 1) {
      return absl::UnavailableError("it is not writable");
    }
    const int result = sqlite3_exec(handle, "PRAGMA journal_mode=WAL", nullptr, nullptr, nullptr);
    if (result == SQLITE_OK) return absl::OkStatus();
    return SqliteStatus(sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
  }

  // What was acknowledged goes to the file that it belongs to, wherever that is now, so that no log
  // stays behind which another database in its place would take for its own.
  void EndIfMoved() {
    const std::string moved = files_.Moved();
    if (moved.empty()) return;
    checkpoints_->TruncateAtEnd().IgnoreError();
    EndBecauseMoved(moved);
  }

  static int NoteCommit(void* checkpoints, sqlite3*, const char*, int pages) {
    static_cast<SqliteCheckpoints*>(checkpoints)->Note(pages);
    return SQLITE_OK;
  }

  // What SQLite tells the writer's connection: another number whenever another one has committed.
  std::int64_t ToldDataVersion() {
    sqlite3* const handle = writer_->handle();
    if (tell_data_version_ == nullptr) {
      sqlite3_stmt* statement = nullptr;
      sqlite3_prepare_v3(handle, "PRAGMA data_version", -1, SQLITE_PREPARE_PERSISTENT, &statement,
                         nullptr);
      tell_data_version_.reset(statement);
    }
    const bool is_told = sqlite3_step(tell_data_version_.get()) == SQLITE_ROW;
    // Where it is not, nothing that is remembered holds.
    const std::int64_t told =
        is_told ? sqlite3_column_int64(tell_data_version_.get(), 0) : told_data_version_ + 1;
    sqlite3_reset(tell_data_version_.get());
    return told;
  }

  base::OpenFiles files_;
  odb::sqlite::database database_;
  const std::unique_ptr<GroupAccess> group_ = MakeSqliteGroupAccess(database_);
  base::FairMutex writer_mutex_;

  // Of the writer, whoever holds the mutex.
  odb::sqlite::connection_ptr writer_;
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> tell_data_version_{nullptr,
                                                                                sqlite3_finalize};
  std::int64_t told_data_version_ = 0;
  std::int64_t data_version_ = 0;

  std::optional<SqliteCheckpoints> checkpoints_;
  std::optional<SqliteWalSync> sync_;
};

// Whether something that is no SQLite database lies there. A file without content may become one.
bool IsOtherFile(const std::string& path) {
  constexpr absl::string_view kMagic("SQLite format 3\0", 16);
  std::string begin(kMagic.size(), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  const auto size = static_cast<std::size_t>(file.gcount());
  return size > 0 && begin.substr(0, size) != kMagic;
}

}  // namespace

absl::Status CheckSqlitePath(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::path file(path);
  if (std::filesystem::is_directory(file, ignored)) {
    return absl::FailedPreconditionError("it is a folder");
  }
  if (IsOtherFile(path)) return absl::FailedPreconditionError("it is not a SQLite database");
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (!std::filesystem::is_directory(folder, ignored)) {
    return absl::FailedPreconditionError(
        absl::StrCat("there is no folder `", folder.string(), "`"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path,
                                                     const OpenOptions& options) {
  return CatchDatabaseErrors([&]() -> absl::StatusOr<std::unique_ptr<Database>> {
    auto database = std::make_unique<SqliteDatabase>(path, options.busy_timeout);
    RETURN_IF_ERROR(database->Begin(path));
    return database;
  });
}

}  // namespace autopulse::callevents::persistence
