#pragma once

#include "services/base/config.h"

namespace autopulse::callevents::adapter {

// Adds `dead-letters list|show|replay|discard|export [ID...]` to the adapter's commands: they are
// about what the spool has given up.
void AddDeadLettersCommand(base::Settings& settings);

}  // namespace autopulse::callevents::adapter
