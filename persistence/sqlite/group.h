#pragma once

#include <memory>
#include <odb/database.hxx>

#include "persistence/group_access.h"

namespace autopulse::callevents::persistence {

// Many calls at once on SQLite: row by row, for a statement that is prepared costs no round trip.
// `database` must outlive it.
std::unique_ptr<GroupAccess> MakeSqliteGroupAccess(odb::database& database);

}  // namespace autopulse::callevents::persistence
