#pragma once

#include "services/base/config.h"

namespace autopulse::callevents::adapter {

// Adds `check-auth` to the adapter's commands: it says why a captured request is let in or not.
void AddCheckAuthCommand(base::Settings& settings);

}  // namespace autopulse::callevents::adapter
