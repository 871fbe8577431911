#pragma once

#include <odb/sqlite/database.hxx>
#include <string>

#include "absl/status/status.h"

namespace autopulse::callevents::persistence {

// Sees to it that `database` has the tables of entities.h. One without any table gets them, in one
// exclusive transaction; one that has tables is left as it is.
//
// FAILED_PRECONDITION, naming what is missing, if it has tables but not all columns of ours: tables
// and columns of other programs do not matter.
absl::Status EnsureSqliteSchema(odb::sqlite::database& database);

}  // namespace autopulse::callevents::persistence
