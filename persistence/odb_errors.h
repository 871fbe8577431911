#pragma once

#include <string>

#include "absl/status/status.h"

// What the databases throw, as absl::Status:
//
//   ABORTED              a race was lost, or a lock was not to be had in time: start over
//   UNAVAILABLE          the database cannot be reached or written
//   RESOURCE_EXHAUSTED   the disk or the memory is full
//   DATA_LOSS            the file is damaged
//   ALREADY_EXISTS       a row with this key is there
//   FAILED_PRECONDITION  the row that it refers to is not there
//   INVALID_ARGUMENT     a value does not fit its column
//   INTERNAL             anything else
namespace autopulse::callevents::persistence {

// By SQLite's (extended) result code.
absl::Status SqliteStatus(int result_code, const std::string& message);

// By PostgreSQL's SQLSTATE; an empty one means that there is no server.
absl::Status PgsqlStatus(const std::string& sqlstate, const std::string& message);

// The status of the exception that is being handled. To be called in a catch clause only.
absl::Status StatusOfCurrentException();

// Whether an error concerns the whole transaction and not one statement of it.
bool EndsTransaction(const absl::Status& status);

// Returns what `body` returns, or the status of what it throws.
template <typename Body>
auto CatchDatabaseErrors(const Body& body) -> decltype(body()) {
  try {
    return body();
  } catch (...) {
    return StatusOfCurrentException();
  }
}

}  // namespace autopulse::callevents::persistence
