#include <sqlite3.h>

#include <mutex>
#include <odb/exception.hxx>
#include <odb/sqlite/database.hxx>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "persistence/sqlite/checkpoints.h"
#include "persistence/sqlite/wal_sync.h"
#include "persistence/sqlite/wal_writes.h"
#include "services/base/fair_mutex.h"
#include "tests/bench/fail.h"
#include "tests/bench/raw_database.h"

namespace autopulse::callevents::bench {
namespace {

constexpr std::size_t kLinesOfAReport = 20;  // of the mixes, but for the system's
constexpr const char* kNow = "2026-03-01 00:00:00.000000";

class RawSqlite : public RawDatabase {
 public:
  // Writes lines of a report one by one, unless there are `lines` of them.
  explicit RawSqlite(const std::string& file, const char* vfs = nullptr, std::size_t lines = 1)
      : lines_at_once_(lines) {
    Check(sqlite3_open_v2(file.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                          vfs));
    Execute("PRAGMA cache_size = -4096");  // as the service has it
    Execute("PRAGMA journal_mode = WAL");
    Execute("PRAGMA synchronous = FULL");
    Execute("PRAGMA foreign_keys = ON");
    begin_ = Prepare("BEGIN IMMEDIATE");
    commit_ = Prepare("COMMIT");
    find_ = Prepare("SELECT status FROM call WHERE id = ?1");
    insert_event_ = Prepare(absl::StrCat(
        "INSERT INTO call_event (call_id, event_id, event_time, receive_time, create_time, outcome,"
        " call_status, kind, provider, status, provider_status) VALUES (?1, ?2, '",
        kNow, "', '", kNow, "', '", kNow, "', 'APPLIED', ?3, ?4, 'vapi', ?3, ?5)"));
    update_call_ = Prepare(
        absl::StrCat("UPDATE call SET status = ?2, update_time = '", kNow, "' WHERE id = ?1"));
    insert_line_ = PrepareLines(1);
    insert_lines_ = PrepareLines(lines);
  }

  void Record(const std::vector<RawEvent>& group) override {
    Step(begin_);
    for (const RawEvent& event : group) Record(event);
    Step(commit_);
  }

 protected:
  sqlite3* handle() const { return database_; }

 private:
  void Record(const RawEvent& event) {
    const auto id = static_cast<sqlite3_int64>(event.call);
    sqlite3_bind_int64(find_, 1, id);
    if (sqlite3_step(find_) != SQLITE_ROW) Fail(absl::StrCat("call ", id, " is not registered"));
    sqlite3_reset(find_);
    sqlite3_bind_int64(insert_event_, 1, id);
    BindText(insert_event_, 2, event.event_id);
    BindText(insert_event_, 3, event.status);
    BindText(insert_event_, 4, event.kind);
    BindText(insert_event_, 5, event.provider_status);
    Step(insert_event_);
    sqlite3_bind_int64(update_call_, 1, id);
    BindText(update_call_, 2, event.status);
    Step(update_call_);
    absl::Span<const absl::string_view> lines = event.lines;
    while (!lines.empty()) {
      const bool is_many = lines.size() >= lines_at_once_;
      const std::size_t count = is_many ? lines_at_once_ : 1;
      InsertLines(is_many ? insert_lines_ : insert_line_, id, lines.first(count));
      lines.remove_prefix(count);
    }
  }

  void InsertLines(sqlite3_stmt* statement, sqlite3_int64 call,
                   absl::Span<const absl::string_view> lines) {
    int place = 0;
    for (const absl::string_view line : lines) {
      sqlite3_bind_int64(statement, ++place, call);
      BindText(statement, ++place, line);
    }
    Step(statement);
  }

  sqlite3_stmt* PrepareLines(std::size_t lines) {
    const std::vector<std::string> rows(lines, absl::StrCat("(?, 'human', ?, '", kNow, "')"));
    return Prepare(
        absl::StrCat("INSERT INTO transcript (call_id, role, content, timestamp) VALUES ",
                     absl::StrJoin(rows, ", ")));
  }

  void Check(int code) {
    if (code != SQLITE_OK) Fail(absl::StrCat("SQLite: ", sqlite3_errmsg(database_)));
  }
  void Execute(const char* statement) {
    Check(sqlite3_exec(database_, statement, nullptr, nullptr, nullptr));
  }
  sqlite3_stmt* Prepare(const std::string& text) {
    sqlite3_stmt* statement = nullptr;
    Check(sqlite3_prepare_v3(database_, text.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement,
                             nullptr));
    return statement;
  }
  // The text must stay as it is until the statement is done.
  void BindText(sqlite3_stmt* statement, int place, absl::string_view text) {
    Check(sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()),
                            SQLITE_STATIC));
  }
  void Step(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) Check(sqlite3_errcode(database_));
    Check(sqlite3_reset(statement));
  }

  sqlite3* database_ = nullptr;  // closed with the program
  sqlite3_stmt* begin_;
  sqlite3_stmt* commit_;
  sqlite3_stmt* find_;
  sqlite3_stmt* insert_event_;
  sqlite3_stmt* update_call_;
  sqlite3_stmt* insert_line_;
  sqlite3_stmt* insert_lines_;
  const std::size_t lines_at_once_;
};

class RawSqliteAhead final : public RawSqlite {
 public:
  explicit RawSqliteAhead(const std::string& file)
      : RawSqlite(file, persistence::SqliteWalWrites(), kLinesOfAReport),
        others_(file, SQLITE_OPEN_READWRITE),
        checkpoints_(others_.connection(), writer_mutex_),
        sync_(sqlite3_filename_wal(sqlite3_db_filename(handle(), "main"))) {
    sqlite3_wal_hook(handle(), NoteCommit, &checkpoints_);
  }

  void RecordAhead(const std::vector<RawEvent>& group,
                   absl::AnyInvocable<void() &&> done) override {
    {
      const std::lock_guard lock(writer_mutex_);
      Record(group);
    }
    sync_.WhenDurable(std::move(done));
  }

 private:
  static int NoteCommit(void* checkpoints, sqlite3*, const char*, int pages) {
    static_cast<persistence::SqliteCheckpoints*>(checkpoints)->Note(pages);
    return SQLITE_OK;
  }

  base::FairMutex writer_mutex_;
  odb::sqlite::database others_;
  persistence::SqliteCheckpoints checkpoints_;
  persistence::SqliteWalSync sync_;
};

}  // namespace

std::unique_ptr<RawDatabase> OpenRawSqlite(const std::string& file) {
  return std::make_unique<RawSqlite>(file);
}

std::unique_ptr<RawDatabase> OpenRawSqliteAhead(const std::string& file) {
  try {
    return std::make_unique<RawSqliteAhead>(file);
  } catch (const odb::exception& error) {
    Fail(absl::StrCat(file, ": ", error.what()));
  }
}

}  // namespace autopulse::callevents::bench
