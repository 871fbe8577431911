#pragma once

#include <string>

#include "services/base/config.h"

namespace autopulse::callevents::persistence::migrations {

// Adds the commands about the schema to the settings of call-event-migrate. `database`, its URL, is
// read when one is run, and must outlive `settings`.
void AddSchemaCommands(base::Settings& settings, const std::string& database);

}  // namespace autopulse::callevents::persistence::migrations
