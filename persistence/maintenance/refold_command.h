#pragma once

#include <string>

#include "services/base/config.h"

namespace autopulse::callevents::persistence::maintenance {

// Adds `refold` to the settings of call-event-migrate: it refolds calls, prints a line for each
// that changes, and how many did at the end. Of a dry run, and of a single call, it prints what is
// kept, too. What was printed before an error has happened, except in a dry run.
//
// `database`, its URL, is read when it is run, and must outlive `settings`.
void AddRefoldCommand(base::Settings& settings, const std::string& database);

}  // namespace autopulse::callevents::persistence::maintenance
