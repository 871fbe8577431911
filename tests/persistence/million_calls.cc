#include "tests/persistence/million_calls.h"

#include <sqlite3.h>

#include <regex>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "persistence/migrations/connection.h"
#include "persistence/migrations/migrator.h"
#include "persistence/migrations/revision.h"
#include "persistence/open_database.h"
#include "services/base/status_macros.h"
#include "tests/postgres/postgres_cluster.h"

namespace autopulse::callevents::persistence {
namespace {

constexpr int kBeforeIndexes = 7;  // the revision: rows come faster without indexes

// What both databases understand. NUMBERS yields $n from 1 on; TIME(s) is so many seconds after a
// moment. A multiple of a prime, modulo the number of calls, is any order but that of the ids.
constexpr const char* kFill = R"sql(
  INSERT INTO service_record (status) SELECT 'Ready' FROM NUMBERS WHERE n <= 1000;
  INSERT INTO call (service_record_id, customer_number, direction, status, outcome, vapi_call_id,
                    create_time, start_time, end_time)
    SELECT CASE WHEN n % 3 > 0 THEN n * 7919 % 1000 + 1 END,
           CASE WHEN n % 5 > 0 THEN '+1555' || (n * 7919 % 50000) END,
           'inbound',
           CASE n * 7919 % 1000 WHEN 1 THEN 'Ringing' WHEN 2 THEN 'In Progress' WHEN 3 THEN 'Failed'
                ELSE CASE WHEN n % 10 = 0 THEN 'Missed' ELSE 'Completed' END END,
           CASE n * 7919 % 100 WHEN 1 THEN 'FAILED' WHEN 2 THEN NULL
                ELSE CASE WHEN n % 10 = 0 THEN 'MISSED' ELSE 'ANSWERED' END END,
           CASE WHEN n % 4 > 0 THEN 'v-' || n END,
           CASE WHEN n % 7 > 0 THEN TIME(CASE WHEN n % 2 > 0 THEN n * 7919 % CALLS ELSE 5 END) END,
           CASE WHEN n % 9 > 0 THEN TIME(n * 7907 % CALLS) END,
           CASE WHEN n % 8 > 0 THEN TIME(n * 7901 % CALLS) END
      FROM NUMBERS;
)sql";

struct Words {
  int calls;
  std::string numbers;
  std::string time_begin;
  std::string time_end;
};

// Makes the schema and its rows, and the indexes last.
absl::Status Fill(const std::string& url, const Words& words) {
  using migrations::Connection;
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection,
                   migrations::OpenConnection(url, migrations::IfMissing::kCreate));
  RETURN_IF_ERROR(migrations::Upgrade(*connection, kBeforeIndexes, [](const std::string&) {}));
  const std::string calls = absl::StrCat(words.calls);
  std::string sql = absl::StrReplaceAll(
      kFill,
      {{"NUMBERS", absl::StrReplaceAll(words.numbers, {{"CALLS", calls}})}, {"CALLS", calls}});
  sql = std::regex_replace(sql, std::regex(R"(TIME\(((?:[^()]|\([^()]*\))*)\))"),
                           words.time_begin + "($1)" + words.time_end);
  RETURN_IF_ERROR(connection->Run(sql));
  RETURN_IF_ERROR(
      migrations::Upgrade(*connection, migrations::HeadRevision(), [](const std::string&) {}));
  RETURN_IF_ERROR(connection->Run("VACUUM"));
  return connection->Run("ANALYZE");
}

// The plans of this thread's SQLite statements, and how far they ran.
thread_local ListCost sqlite_cost;

int Profile(unsigned, void*, void* statement, void*) {
  auto* const prepared = static_cast<sqlite3_stmt*>(statement);
  char* const sql = sqlite3_expanded_sql(prepared);
  if (absl::StrContains(sql, "FROM \"call\"")) {
    absl::StrAppend(&sqlite_cost.plans, sql, ";\n");
    sqlite_cost.work += sqlite3_stmt_status(prepared, SQLITE_STMTSTATUS_VM_STEP, /*reset=*/1);
  }
  sqlite3_free(sql);
  return 0;
}

int ProfileNewConnection(sqlite3* handle, char**, const sqlite3_api_routines*) {
  return sqlite3_trace_v2(handle, SQLITE_TRACE_PROFILE, Profile, nullptr);
}

// Zero if `line` has no such word.
std::int64_t NumberAfter(absl::string_view line, absl::string_view word) {
  const std::size_t begin = line.find(word);
  if (begin == absl::string_view::npos) return 0;
  line.remove_prefix(begin + word.size());
  std::int64_t number = 0;
  EXPECT_TRUE(absl::SimpleAtoi(line.substr(0, line.find(' ')), &number)) << line;
  return number;
}

std::vector<domain::Call> ListCalls(core::CallStore& store, const core::CallQuery& query) {
  std::vector<domain::Call> calls;
  const absl::Status status = store.Read([&](core::CallReader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(calls, reader.ListCalls(query));
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return calls;
}

}  // namespace

PgsqlMillion::PgsqlMillion() : url_(NewPostgresDatabase()) {
  const absl::Status filled =
      Fill(url_, {.calls = 1'000'000,
                  .numbers = "generate_series(1::bigint, CALLS) AS n",
                  .time_begin = "timestamptz '2025-01-01 00:00:00+00' + interval '1 s' * ",
                  .time_end = ""});
  EXPECT_TRUE(filled.ok()) << filled;
  const std::size_t folder = url_.find("host=") + 5;
  log_file_ = url_.substr(folder, url_.find('&', folder) - folder) + "/log";
  // The server itself writes down the plan of each statement, with what it did.
  const std::string settings =
      "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 "
      "-c auto_explain.log_analyze=on -c auto_explain.log_buffers=on -c "
      "auto_explain.log_timing=off";
  const std::string escaped = absl::StrReplaceAll(settings, {{" ", "%20"}, {"=", "%3D"}});
  auto opened = OpenCallStore(absl::StrCat(url_, "&options=", escaped), {.connections = 1});
  EXPECT_TRUE(opened.ok()) << opened.status();
  if (opened.ok()) store_ = *std::move(opened);
}

std::string PgsqlMillion::NewLog() {
  const auto connection = migrations::OpenPgsqlUrl(url_);
  const auto rows = (*connection)
                        ->Query(absl::StrCat("SELECT pg_read_file('", log_file_, "', ", log_read_,
                                             ", 10000000)"));
  EXPECT_TRUE(rows.ok()) << rows.status();
  std::string text = rows.ok() ? rows->front().front() : "";
  log_read_ += static_cast<std::int64_t>(text.size());
  return text;
}

ListCost PgsqlMillion::List(const core::CallQuery& query) {
  NewLog();
  ListCost cost;
  cost.calls = ListCalls(*store_, query);
  cost.plans = NewLog();
  bool in_statement = false;
  for (const absl::string_view line : absl::StrSplit(cost.plans, '\n')) {
    if (absl::StrContains(line, "Query Text:")) in_statement = true;
    if (!in_statement || !absl::StrContains(line, "Buffers: shared")) continue;
    cost.work += NumberAfter(line, " hit=") + NumberAfter(line, " read=");
    in_statement = false;  // the first such line is that of the whole statement
  }
  EXPECT_GT(cost.work, 0) << "nothing was explained: " << cost.plans;
  return cost;
}

bool PgsqlMillion::IsWasteful(const std::string& plans) {
  return absl::StrContains(plans, "Seq Scan") || absl::StrContains(plans, "Sort");
}

SqliteMillion::SqliteMillion() {
  const std::string url = absl::StrCat("sqlite:", folder_ / "calls.db");
  const absl::Status filled =
      Fill(url, {.calls = 30'000,
                 .numbers = "(WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM "
                            "numbers WHERE n < CALLS) SELECT n FROM numbers)",
                 .time_begin = "strftime('%Y-%m-%d %H:%M:%f', 1735689600 + ",
                 .time_end = ", 'unixepoch') || '000'"});
  EXPECT_TRUE(filled.ok()) << filled;
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(ProfileNewConnection));
  auto opened = OpenCallStore(url);
  EXPECT_TRUE(opened.ok()) << opened.status();
  if (opened.ok()) store_ = *std::move(opened);
}

ListCost SqliteMillion::List(const core::CallQuery& query) {
  sqlite_cost = {};
  std::vector<domain::Call> calls = ListCalls(*store_, query);
  ListCost cost = std::exchange(sqlite_cost, {});
  cost.calls = std::move(calls);
  RawSqlite raw(folder_ / "calls.db");
  std::vector<std::string> statements = absl::StrSplit(cost.plans, ";\n", absl::SkipEmpty());
  for (const std::string& statement : statements) {
    for (const std::string& word : raw.Query("EXPLAIN QUERY PLAN " + statement)) {
      absl::StrAppend(&cost.plans, word, "\n");
    }
  }
  EXPECT_GT(cost.work, 0);
  return cost;
}

bool SqliteMillion::IsWasteful(const std::string& plans) {
  return absl::StrContains(plans, "USE TEMP B-TREE");
}

}  // namespace autopulse::callevents::persistence
