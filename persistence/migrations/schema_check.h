#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "persistence/migrations/catalogue.h"
#include "persistence/migrations/connection.h"

// What a program asks before it uses a database.
namespace autopulse::callevents::persistence::migrations {

enum class IfOutdated { kRefuse, kUpgrade };

// Sees to it that the database of `url` is at head. Upgrades an older one, or an empty one on
// PostgreSQL, if `if_outdated` says so. A SQLite file that is empty or not there gets the current
// schema in any case. Many processes may call this at once.
//
// FAILED_PRECONDITION, a sentence that names the command to run, if the database is older than this
// program, newer, or not ours. Other errors as in `OpenConnection` and `Upgrade`.
absl::Status EnsureSchema(const std::string& url, IfOutdated if_outdated);

// Where the database is not what the entities need, whatever its revision.
absl::StatusOr<std::vector<Difference>> Verify(Connection& connection);

}  // namespace autopulse::callevents::persistence::migrations
