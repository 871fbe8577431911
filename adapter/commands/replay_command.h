#pragma once

#include "services/base/config.h"

namespace autopulse::callevents::adapter {

// Adds `replay FILE...` to the adapter's commands: it handles recorded bodies as if VAPI had posted
// them now.
void AddReplayCommand(base::Settings& settings);

}  // namespace autopulse::callevents::adapter
