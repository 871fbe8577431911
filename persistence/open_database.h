#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::persistence {

struct OpenOptions {
  // How long a transaction waits for another program that writes, before it is started over.
  absl::Duration busy_timeout = absl::Seconds(5);
};

// Opens the database that `url` names: `sqlite:calls.db`. The file is created if it is not there;
// an empty one gets the current schema, also if several programs start at once.
//
// An error is a sentence for the operator: INVALID_ARGUMENT if `url` names no database that there
// is, FAILED_PRECONDITION if the file is none, or has other tables than ours, UNAVAILABLE if it
// cannot be opened or written, ABORTED if another program holds it for too long.
absl::StatusOr<std::unique_ptr<core::CallStore>> OpenCallStore(const std::string& url,
                                                               const OpenOptions& options = {});

}  // namespace autopulse::callevents::persistence
