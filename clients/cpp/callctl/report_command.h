#pragma once

#include <CLI/CLI.hpp>

#include "clients/cpp/callctl/session.h"

namespace autopulse::callevents::callctl {

// Adds the command `report` to `events`: events from a file, or one from the command line. Parsing
// assigns it to `chosen` if given.
void AddReportCommand(CLI::App& events, Command& chosen);

}  // namespace autopulse::callevents::callctl
