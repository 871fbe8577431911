#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace autopulse::callevents::persistence::migrations {

// A command line of call-event-migrate.
struct Invocation {
  std::string database;            // its URL
  std::vector<std::string> words;  // the command and its revision: `upgrade`, `0005`
  bool yes = false;                // whether data may be lost
};

// Whether the command prints and changes nothing, so that its output is all that there is of it.
bool OnlyPrints(const Invocation& invocation);

// Runs the command and prints what it has to say to `out`. Returns what to exit with, 0 or 1 (a
// difference was found).
//
// INVALID_ARGUMENT if the command line is wrong, UNAVAILABLE if the database cannot be opened;
// every other error is a command that has failed. Messages are for the operator and show no
// password.
absl::StatusOr<int> RunCommand(const Invocation& invocation, std::ostream& out);

}  // namespace autopulse::callevents::persistence::migrations
