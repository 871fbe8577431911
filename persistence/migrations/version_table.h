#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "persistence/migrations/connection.h"

// The table `schema_migration`: a row for each revision that is applied.
namespace autopulse::callevents::persistence::migrations {

// Where a database is in the history.
struct SchemaState {
  // The newest revision that was applied; kNoRevision if none was. May be one that only a newer
  // program knows.
  int revision = 0;
  // There is no revision, but there are tables by our names.
  bool is_foreign = false;
};

// Reads where the database is. INTERNAL also if the table holds no number; other errors are those
// of `Connection::Query`.
absl::StatusOr<SchemaState> ReadState(Connection& connection);

// When each revision was applied, in the database's own words. Errors are those of
// `Connection::Query`.
absl::StatusOr<std::map<int, std::string>> ApplyTimes(Connection& connection);

// The statements that note that a database is at `revision`.
std::string WriteRevisionSql(Dialect dialect, int revision);

// Runs them, within the caller's transaction. Errors are those of `Connection::Run`.
absl::Status WriteRevision(Connection& connection, int revision);

}  // namespace autopulse::callevents::persistence::migrations
