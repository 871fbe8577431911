#pragma once

#include <CLI/CLI.hpp>

#include "clients/cpp/callctl/session.h"

namespace autopulse::callevents::callctl {

// Adds `erase` to `calls`: what is personal in a call, in the service and in adapters. Parsing
// assigns it to `chosen` if it was given.
void AddEraseCommand(CLI::App& calls, Command& chosen);

}  // namespace autopulse::callevents::callctl
