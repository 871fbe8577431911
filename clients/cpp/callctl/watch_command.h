#pragma once

#include <CLI/CLI.hpp>

#include "clients/cpp/callctl/session.h"

namespace autopulse::callevents::callctl {

// Adds `watch` to `calls`: events as they are recorded. Parsing assigns it to `chosen` if given.
void AddWatchCommand(CLI::App& calls, Command& chosen);

}  // namespace autopulse::callevents::callctl
