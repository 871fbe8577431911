#pragma once

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "services/base/progress_bar.h"

namespace autopulse::callevents::persistence::maintenance {

// A command line of `call-event-migrate refold`.
struct RefoldInvocation {
  std::string database;       // its URL
  std::string call;           // `15` or `calls/15`; or
  bool all = false;           // every call
  bool dry_run = false;       // whether nothing is changed
  std::string report_status;  // `completed` or `ended-reason` [P1]
  std::string overwrite;      // columns and `transcript`, with commas, or `all`
};

// Refolds calls: prints to `out` a line for each that changes, and how many did at the end. Of a
// dry run, and of a single call, it prints what is kept, too.
//
// INVALID_ARGUMENT if the command line is wrong, UNAVAILABLE if the database cannot be opened,
// NOT_FOUND if there is no such call; other errors are those of the database. What was printed
// before one has happened, except in a dry run.
absl::Status RunRefold(const RefoldInvocation& invocation, const base::ProgressOutput& progress,
                       std::ostream& out);

}  // namespace autopulse::callevents::persistence::maintenance
