#include "persistence/migrations/version_table.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "persistence/migrations/revision.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

// How many of the tables with these names, a list in SQL, there are.
absl::StatusOr<int> CountTables(Connection& connection, absl::string_view names) {
  const absl::string_view from =
      connection.dialect() == Dialect::kSqlite
          ? "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ("
          : "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::REGNAMESPACE "
            "AND relname IN (";
  ASSIGN_OR_RETURN(const std::vector<Row> rows, connection.Query(absl::StrCat(from, names, ")")));
  int count = 0;
  if (!absl::SimpleAtoi(rows.at(0).at(0), &count)) return absl::InternalError("no count of tables");
  return count;
}

absl::StatusOr<bool> HasRevisionTable(Connection& connection) {
  ASSIGN_OR_RETURN(const int count, CountTables(connection, "'schema_migration'"));
  return count > 0;
}

}  // namespace

std::string WriteRevisionSql(Dialect dialect, int revision) {
  const absl::string_view time_type = dialect == Dialect::kSqlite ? "DATETIME" : "TIMESTAMPTZ";
  std::string sql = absl::StrCat(
      "CREATE TABLE IF NOT EXISTS schema_migration (revision INTEGER NOT NULL PRIMARY KEY, "
      "name VARCHAR(40) NOT NULL, apply_time ",
      time_type, " NOT NULL DEFAULT CURRENT_TIMESTAMP);\n",
      "DELETE FROM schema_migration WHERE revision > ", revision, ";\n");
  absl::string_view separator = "INSERT INTO schema_migration (revision, name) VALUES ";
  for (const Revision& known : Revisions(dialect)) {
    if (known.number > revision) break;
    absl::StrAppend(&sql, separator, "(", known.number, ", '", known.name, "')");
    separator = ", ";
  }
  return absl::StrCat(sql, " ON CONFLICT (revision) DO NOTHING;\n");
}

absl::Status WriteRevision(Connection& connection, int revision) {
  return connection.Run(WriteRevisionSql(connection.dialect(), revision));
}

absl::StatusOr<SchemaState> ReadState(Connection& connection) {
  SchemaState state;
  ASSIGN_OR_RETURN(const bool has_revisions, HasRevisionTable(connection));
  if (has_revisions) {
    ASSIGN_OR_RETURN(const std::vector<Row> rows,
                     connection.Query("SELECT coalesce(max(revision), 0) FROM schema_migration"));
    if (!absl::SimpleAtoi(rows.at(0).at(0), &state.revision)) {
      return absl::InternalError("table schema_migration has no number for a revision");
    }
  }
  if (state.revision == kNoRevision) {
    ASSIGN_OR_RETURN(const int tables,
                     CountTables(connection, "'user', 'service_record', 'call', 'transcript'"));
    state.is_foreign = tables > 0;
  }
  return state;
}

absl::StatusOr<std::map<int, std::string>> ApplyTimes(Connection& connection) {
  std::map<int, std::string> times;
  ASSIGN_OR_RETURN(const bool has_revisions, HasRevisionTable(connection));
  if (!has_revisions) return times;
  ASSIGN_OR_RETURN(const std::vector<Row> rows,
                   connection.Query("SELECT revision, apply_time FROM schema_migration"));
  for (const Row& row : rows) {
    int revision = 0;
    if (absl::SimpleAtoi(row[0], &revision)) times[revision] = row[1];
  }
  return times;
}

}  // namespace autopulse::callevents::persistence::migrations
