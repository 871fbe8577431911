#pragma once

#include <CLI/CLI.hpp>

#include "autopulse/callevents/v1/call.pb.h"
#include "clients/cpp/callctl/session.h"

namespace autopulse::callevents::callctl {

// Adds `calls` with its commands to `app`. Parsing assigns the one that was given to `chosen`.
void AddCallsCommands(CLI::App& app, Command& chosen);

// Prints one call, as table or JSON.
absl::StatusOr<ExitCode> PrintOneCall(Session& session, const v1::Call& call);

}  // namespace autopulse::callevents::callctl
