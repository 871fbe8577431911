#include <sqlite3.h>

#include "absl/strings/str_cat.h"
#include "tests/bench/fail.h"
#include "tests/bench/raw_database.h"

namespace autopulse::callevents::bench {
namespace {

constexpr const char* kNow = "2026-03-01 00:00:00.000000";

class RawSqlite final : public RawDatabase {
 public:
  explicit RawSqlite(const std::string& file) {
    Check(sqlite3_open(file.c_str(), &database_));
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
    insert_line_ =
        Prepare(absl::StrCat("INSERT INTO transcript (call_id, role, content, timestamp)"
                             " VALUES (?1, 'human', ?2, '",
                             kNow, "')"));
  }

  void Record(const std::vector<RawEvent>& group) override {
    Step(begin_);
    for (const RawEvent& event : group) Record(event);
    Step(commit_);
  }

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
    for (const absl::string_view line : event.lines) {
      sqlite3_bind_int64(insert_line_, 1, id);
      BindText(insert_line_, 2, line);
      Step(insert_line_);
    }
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
};

}  // namespace

std::unique_ptr<RawDatabase> OpenRawSqlite(const std::string& file) {
  return std::make_unique<RawSqlite>(file);
}

}  // namespace autopulse::callevents::bench
