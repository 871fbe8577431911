#pragma once

#include <memory>

#include "persistence/group_access.h"

namespace autopulse::callevents::persistence {

// The advisory lock of those who write to the journal: a number of our own, the same everywhere.
inline constexpr int kJournalLock = 712'014;

// Many calls at once on PostgreSQL: a statement for all that is read of a kind, and all that is
// written sent without waiting in between. A group costs a few round trips, however large it is.
std::unique_ptr<GroupAccess> MakePgsqlGroupAccess();

}  // namespace autopulse::callevents::persistence
