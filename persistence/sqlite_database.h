#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "persistence/database.h"
#include "persistence/open_database.h"

namespace autopulse::callevents::persistence {

// Opens the file `path`, or creates it: write-ahead log, every commit durable, and the tables of
// entities.h. Errors as `OpenCallStore` has them, without the name of the file.
absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path,
                                                     const OpenOptions& options);

}  // namespace autopulse::callevents::persistence
