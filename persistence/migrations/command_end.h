#pragma once

#include "absl/status/statusor.h"

// How every command of call-event-migrate ends, those of persistence/maintenance too.
namespace autopulse::callevents::persistence::migrations {

// Whether a command changes something or only prints.
enum class Effect { kChanges, kPrints };

// Ends a command that came to `result`: prints what went wrong, if anything did, and returns what
// to exit with, which is the result where there is one. What only prints has failed if that could
// not be written: a plan that is not whole must not look so. What was changed is changed.
//
// Of the errors, INVALID_ARGUMENT is a wrong command line, UNAVAILABLE a database that cannot be
// opened, and all others are failures. Messages are for the operator and show no password.
int Finish(absl::StatusOr<int> result, Effect effect);

}  // namespace autopulse::callevents::persistence::migrations
