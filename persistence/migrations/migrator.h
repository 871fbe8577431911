#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "persistence/migrations/connection.h"
#include "persistence/migrations/version_table.h"

// Takes a database from one revision to another. Each revision is one transaction, with the row
// that says that it happened, and no other process runs one meanwhile: whoever was killed half way
// has changed nothing, and what another process has done already is not done again.
namespace autopulse::callevents::persistence::migrations {

// The state's revision. FAILED_PRECONDITION, naming the commands to run, if it is foreign; or if it
// is newer than all that this program knows.
absl::StatusOr<int> KnownRevision(const SchemaState& state);

// Takes one line about what has happened.
using Report = absl::FunctionRef<void(const std::string& line)>;

// Takes an empty database to head in one transaction, so that whoever starts meanwhile finds
// nothing or all of it. Does nothing to one that is not empty.
absl::Status Create(Connection& connection, Report report);

// Goes up to revision `target`; does nothing if the database is there or beyond. A foreign database
// that has all that the entities need is taken for head, others are refused as in `KnownRevision`.
absl::Status Upgrade(Connection& connection, int target, Report report);

enum class IfDataIsLost { kRefuse, kGoOn };

// Goes down to revision `target`, at least base; does nothing if the database is there or below.
//
// ABORTED, listing what of the rows would be lost, if there is such a thing and `if_data_is_lost`
// says so; then nothing is changed.
absl::Status Downgrade(Connection& connection, int target, IfDataIsLost if_data_is_lost,
                       Report report);

// Notes that the database is at revision `target` without changing a table: how a database that
// another program made is adopted. FAILED_PRECONDITION if it has not all tables of base.
absl::Status Stamp(Connection& connection, int target);

// The SQL that takes a database from revision `from` to `to`, up or down.
std::string Plan(Dialect dialect, int from, int to);

}  // namespace autopulse::callevents::persistence::migrations
