#pragma once

#include <CLI/CLI.hpp>

#include "clients/cpp/callctl/session.h"

namespace autopulse::callevents::callctl {

// Adds `events` with its commands to `app`. Parsing assigns the one that was given to `chosen`.
void AddEventsCommands(CLI::App& app, Command& chosen);

}  // namespace autopulse::callevents::callctl
