#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::persistence::maintenance {

// Opens the database that `url` names, for a command that works on what is in it: no file is made,
// and no schema changed.
//
// UNAVAILABLE, with a sentence for the operator, if the database is not there, cannot be opened, or
// has not the current schema.
absl::StatusOr<std::unique_ptr<core::CallStore>> OpenExisting(const std::string& url);

}  // namespace autopulse::callevents::persistence::maintenance
