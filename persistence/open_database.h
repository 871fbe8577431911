#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::persistence {

struct OpenOptions {
  // Whether a database with an older schema is upgraded instead of refused.
  bool migrate = false;

  // How long a transaction waits for another program that writes, before it is started over.
  // SQLite only.
  absl::Duration busy_timeout = absl::Seconds(5);

  // How many connections are kept open: as many transactions run at once. PostgreSQL only.
  std::size_t connections = 12;
};

// Opens the database that `url` names: `sqlite:calls.db`, or a libpq URL (`postgresql://...`),
// whose environment (PGHOST, PGPASSWORD, ...) holds too. A file is created if it is not there; an
// empty one gets the current schema, also if several programs start at once.
//
// An error is a sentence for the operator, without any password: INVALID_ARGUMENT if `url` names no
// database that there is, FAILED_PRECONDITION if its schema is not the current one, or it is no
// database at all, UNAVAILABLE if it cannot be reached, opened or written, ABORTED if another
// program holds it for too long.
absl::StatusOr<std::unique_ptr<core::CallStore>> OpenCallStore(const std::string& url,
                                                               const OpenOptions& options = {});

}  // namespace autopulse::callevents::persistence
