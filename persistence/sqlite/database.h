#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "persistence/database.h"
#include "persistence/open_database.h"

namespace autopulse::callevents::persistence {

// Whether a file can lie there. FAILED_PRECONDITION if `path` is a folder, or in none.
absl::Status CheckSqlitePath(const std::string& path);

// Opens the file `path`, which must have the tables of entities.h: write-ahead log, every commit
// durable. Errors as `OpenCallStore` has them, without the name of the file.
absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path,
                                                     const OpenOptions& options);

}  // namespace autopulse::callevents::persistence
