#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace autopulse::callevents::persistence::spool {

// What SQLite's `result_code` means for who uses the spool, with the code that SpoolDatabase names.
absl::Status SqliteError(int result_code, absl::string_view message);

// The same of the exception that was thrown. To be called in a catch clause only.
absl::Status StatusOfCurrentException();

// What `body` returns, or the status of what it throws.
template <typename Body>
absl::Status CatchErrors(const Body& body) {
  try {
    return body();
  } catch (...) {
    return StatusOfCurrentException();
  }
}

}  // namespace autopulse::callevents::persistence::spool
