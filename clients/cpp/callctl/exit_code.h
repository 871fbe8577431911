#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "clients/cpp/call_events_client.h"

namespace autopulse::callevents::callctl {

// What callctl exits with, so that scripts can tell.
enum class ExitCode {
  kOk = 0,
  kFailure = 1,        // anything that is none of the others
  kUsage = 2,          // the command line or the environment is wrong
  kConfiguration = 3,  // a file that the settings name does not do
  kUnavailable = 4,    // the service or an adapter: not reached, or no answer in time
  kNotFound = 5,       // what was asked for does not exist
  kRefused = 6,        // wrong input, something that exists already, a state that forbids it
  kEventsRefused = 7,  // some of several events were not recorded
  kNotLetIn = 8        // the service or an adapter asks for a token, or for another one
};

// The same as text for `--help`.
inline constexpr absl::string_view kExitCodeHelp =
    "Exit codes:\n"
    "  0  success\n"
    "  1  a failure that is none of these\n"
    "  2  wrong command line or environment\n"
    "  3  a file that the settings name does not do\n"
    "  4  the service, or an adapter, cannot be reached or did not answer in time\n"
    "  5  not found\n"
    "  6  refused: wrong input, exists already, state forbids it\n"
    "  7  some of several events were not recorded\n"
    "  8  the service, or an adapter, does not let this caller in, or not do this";

// Returns what to exit with after `error`.
ExitCode ExitCodeFor(const absl::Status& error);

// Returns what went wrong and what to do about it as one sentence without `callctl: ` before it,
// safe to print on a terminal.
std::string ErrorSentence(const absl::Status& error, const client::ClientOptions& options);

}  // namespace autopulse::callevents::callctl
