#include "persistence/migrations/catalogue.h"

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "persistence/migrations/revision.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

constexpr const char* kRevisionTable = "schema_migration";

// Rows are never inserted there by us.
constexpr const char* kOnlyReadTable = "user";

// The revision whose script makes the triggers.
constexpr const char* kTriggers = "0010_deletions.up.sql";

// Whether a thing that only the database has keeps us from inserting rows.
bool IsInTheWay(const std::string& name, const Catalogue::Thing& thing) {
  return thing.table != kOnlyReadTable && absl::StartsWith(name, "column ") &&
         absl::StrContains(thing.description, " NOT NULL") &&
         !absl::StrContains(thing.description, ", ");
}

}  // namespace

bool Catalogue::HasTable(const std::string& table) const {
  for (const auto& [name, thing] : things) {
    if (thing.table == table) return true;
  }
  return false;
}

absl::StatusOr<Catalogue> ReadCatalogue(Connection& connection) {
  ASSIGN_OR_RETURN(const std::vector<Row> rows,
                   connection.Query(SqlFile(connection.dialect(), "catalogue.sql")));
  Catalogue catalogue;
  for (const Row& row : rows) {
    if (row[0] == kRevisionTable) continue;
    Catalogue::Thing& thing = catalogue.things[row[1]];
    // Two foreign keys of one column, say.
    if (!thing.description.empty()) thing.description += " and ";
    thing.table = row[0];
    thing.description += row[2];
  }
  return catalogue;
}

absl::StatusOr<Catalogue> ExpectedCatalogue(Connection& connection) {
  const std::string sql = absl::StrCat(SqlFile(connection.dialect(), "entities.sql"),
                                       SqlFile(connection.dialect(), kTriggers));
  if (connection.dialect() == Dialect::kSqlite) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Connection> memory, OpenSqliteMemory());
    RETURN_IF_ERROR(memory->Run(sql));
    return ReadCatalogue(*memory);
  }
  RETURN_IF_ERROR(connection.Run("BEGIN; SET LOCAL search_path TO pg_temp"));
  const absl::Cleanup roll_back = [&] { connection.Run("ROLLBACK").IgnoreError(); };
  RETURN_IF_ERROR(connection.Run(sql));
  return ReadCatalogue(connection);
}

std::vector<Difference> Compare(const Catalogue& actual, const Catalogue& expected) {
  std::vector<Difference> differences;
  for (const auto& [name, thing] : expected.things) {
    const auto found = actual.things.find(name);
    if (found == actual.things.end()) {
      differences.push_back({absl::StrCat("missing: ", name, ": ", thing.description), true});
    } else if (found->second.description != thing.description) {
      differences.push_back({absl::StrCat("different: ", name, ": is ", found->second.description,
                                          ", should be ", thing.description),
                             true});
    }
  }
  for (const auto& [name, thing] : actual.things) {
    if (expected.things.count(name) > 0 || !expected.HasTable(thing.table)) continue;
    const bool in_the_way = IsInTheWay(name, thing);
    differences.push_back(
        {absl::StrCat(in_the_way ? "in the way: " : "besides: ", name, ": ", thing.description),
         in_the_way});
  }
  return differences;
}

}  // namespace autopulse::callevents::persistence::migrations
