#pragma once

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/base/progress_bar.h"

namespace autopulse::callevents::persistence::maintenance {

// A command line of `call-event-migrate retain`. Zero keeps for ever; so does what is not given,
// for what is dropped does not come back.
struct RetainInvocation {
  std::string database;  // its URL
  bool dry_run = false;  // whether nothing is changed
  std::string report_status;
  absl::Duration fold_window = absl::ZeroDuration();
  absl::Duration erase_after = absl::ZeroDuration();
};

// Does at once what the service does from time to time: folds calls away and erases them by their
// age [F1, X1]. Prints to `out` how many.
//
// INVALID_ARGUMENT if the command line is wrong, UNAVAILABLE if the database cannot be opened;
// other errors are those of the database. Stopped anywhere, the next run goes on.
absl::Status RunRetain(const RetainInvocation& invocation, const base::ProgressOutput& progress,
                       std::ostream& out);

}  // namespace autopulse::callevents::persistence::maintenance
