#include "persistence/sqlite_schema.h"

#include <sqlite3.h>

#include <memory>
#include <odb/schema-catalog.hxx>
#include <odb/sqlite/connection-factory.hxx>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/exceptions.hxx>
#include <odb/sqlite/transaction.hxx>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::persistence {
namespace {

// Every column of a database: table, then name.
using Columns = std::set<std::pair<std::string, std::string>>;

// ODB maps no catalogue, so the connection's own handle is asked.
Columns ReadColumns(odb::sqlite::connection& connection) {
  constexpr const char* kSql =
      "SELECT t.name, c.name FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c "
      "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
  sqlite3* const handle = connection.handle();
  sqlite3_stmt* prepared = nullptr;
  int result = sqlite3_prepare_v2(handle, kSql, -1, &prepared, nullptr);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared, sqlite3_finalize);
  const auto text = [&](int column) {
    return std::string(reinterpret_cast<const char*>(sqlite3_column_text(prepared, column)));
  };
  Columns columns;
  if (result == SQLITE_OK) {
    while ((result = sqlite3_step(prepared)) == SQLITE_ROW) columns.emplace(text(0), text(1));
  }
  if (result != SQLITE_DONE) {
    throw odb::sqlite::database_exception(result, sqlite3_extended_errcode(handle),
                                          sqlite3_errmsg(handle));
  }
  return columns;
}

Columns ReadColumns(odb::sqlite::database& database) {
  odb::sqlite::transaction transaction(database.begin());
  return ReadColumns(transaction.connection());
}

// What `create_schema` makes, as a database has it.
Columns ColumnsOfOurs() {
  odb::sqlite::database database(
      ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_PRIVATECACHE, true, "",
      std::make_unique<odb::sqlite::connection_pool_factory>(1, 1));
  odb::sqlite::transaction transaction(database.begin());
  odb::schema_catalog::create_schema(database, "", /*drop=*/false);
  return ReadColumns(transaction.connection());
}

void CreateSchemaOnce(odb::sqlite::database& database) {
  odb::sqlite::transaction transaction(database.begin_exclusive());
  if (!ReadColumns(transaction.connection()).empty()) return;  // another program was quicker
  odb::schema_catalog::create_schema(database, "", /*drop=*/false);
  transaction.commit();
}

bool HasTable(const Columns& columns, const std::string& table) {
  const auto first = columns.lower_bound({table, ""});
  return first != columns.end() && first->first == table;
}

}  // namespace

absl::Status EnsureSqliteSchema(odb::sqlite::database& database) {
  Columns columns = ReadColumns(database);
  if (columns.empty()) {
    CreateSchemaOnce(database);
    columns = ReadColumns(database);
  }
  for (const auto& [table, column] : ColumnsOfOurs()) {
    if (columns.count({table, column}) > 0) continue;
    const std::string missing = HasTable(columns, table)
                                    ? absl::StrCat("table `", table, "` has no column `", column)
                                    : absl::StrCat("it has tables, but none named `", table);
    return absl::FailedPreconditionError(
        absl::StrCat("it has another schema than this program needs: ", missing, "`"));
  }
  return absl::OkStatus();
}

}  // namespace autopulse::callevents::persistence
