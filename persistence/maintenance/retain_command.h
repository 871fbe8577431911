#pragma once

#include <string>

#include "services/base/config.h"

namespace autopulse::callevents::persistence::maintenance {

// Adds `retain` to the settings of call-event-migrate: it does at once what the service does from
// time to time, folds calls away and erases them by their age [F1, X1], and prints how many. What
// is not given is kept for ever, for what is dropped does not come back. Stopped anywhere, the next
// run goes on.
//
// `database`, its URL, is read when it is run, and must outlive `settings`.
void AddRetainCommand(base::Settings& settings, const std::string& database);

}  // namespace autopulse::callevents::persistence::maintenance
