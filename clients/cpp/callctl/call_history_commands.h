#pragma once

#include <CLI/CLI.hpp>

#include "clients/cpp/callctl/session.h"

namespace autopulse::callevents::callctl {

// Adds `events`, `transcript` and `attempts` to `calls`: what happened during one call. Parsing
// assigns the one that was given to `chosen`.
void AddCallHistoryCommands(CLI::App& calls, Command& chosen);

}  // namespace autopulse::callevents::callctl
