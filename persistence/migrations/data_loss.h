#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "persistence/migrations/connection.h"

namespace autopulse::callevents::persistence::migrations {

// What `script` would take from the rows that are there, a line each: `call.cost: 12 values`.
// Nothing if there are no such rows. A script says what it takes in comments of its own:
//
//   -- drops: call.cost               a column
//   -- drops: call_base               a table
//   -- cuts: call.ended_reason 50     longer text becomes 50 characters
absl::StatusOr<std::vector<std::string>> FindLosses(Connection& connection,
                                                    const std::string& script);

}  // namespace autopulse::callevents::persistence::migrations
