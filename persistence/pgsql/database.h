#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "persistence/database.h"
#include "persistence/open_database.h"

namespace autopulse::callevents::persistence {

// Connects to the PostgreSQL database of a libpq URL, whose environment (PGHOST, PGPASSWORD, ...)
// holds too, and keeps connections open. It must have the tables of entities.h.
//
// UNAVAILABLE, without any password, if the server cannot be reached or does not let us in;
// FAILED_PRECONDITION if a pooler in front of it does not keep sessions (`CheckSessions`).
absl::StatusOr<std::unique_ptr<Database>> OpenPgsql(const std::string& url,
                                                    const OpenOptions& options);

}  // namespace autopulse::callevents::persistence
