#pragma once

#include <optional>

#include "clients/cpp/call_events_client.h"
#include "clients/cpp/callctl/exit_code.h"
#include "clients/cpp/callctl/session.h"

namespace autopulse::callevents::callctl {

// What the command line and the environment say.
struct Invocation {
  client::ClientOptions client;
  OutputFormat format = OutputFormat::kTable;
  bool tokens_in_clear = false;  // tokens may be sent to other machines without TLS
  Command command;
};

// Reads the command line into `invocation`. Nothing if the command is to be run; otherwise what to
// exit with, after help or version went to standard output, or a sentence about what is wrong to
// standard error.
std::optional<ExitCode> ParseCommandLine(int argc, const char* const* argv, Invocation& invocation);

}  // namespace autopulse::callevents::callctl
