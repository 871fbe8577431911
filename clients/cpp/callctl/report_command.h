#pragma once

#include <CLI/CLI.hpp>

#include "clients/cpp/callctl/session.h"

namespace autopulse::callevents::callctl {

// Adds `events` with its command `report` to `app`: events from a file, or one from the command
// line. Parsing assigns it to `chosen` if given.
void AddEventsCommands(CLI::App& app, Command& chosen);

}  // namespace autopulse::callevents::callctl
