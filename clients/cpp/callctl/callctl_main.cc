// callctl: the service on the command line. See README.md beside this file.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "clients/cpp/call_events_client.h"
#include "clients/cpp/callctl/command_line.h"
#include "clients/cpp/callctl/exit_code.h"
#include "clients/cpp/callctl/session.h"

namespace autopulse::callevents::callctl {
namespace {

// The columns of the terminal that standard output is; 0 if it is none.
std::size_t TerminalWidth() {
  struct winsize size = {};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

ExitCode Run(const Invocation& invocation) {
  const client::CallEventsClient client(invocation.client);
  Session session{.client = client,
                  .format = invocation.format,
                  .in = std::cin,
                  .out = std::cout,
                  .err = std::cerr,
                  .wrap_width = TerminalWidth(),
                  .shows_progress = isatty(STDERR_FILENO) != 0,
                  .timeout = invocation.client.timeout,
                  .tokens_in_clear = invocation.tokens_in_clear};
  const absl::StatusOr<ExitCode> exit_code = invocation.command(session);
  if (!std::cout.flush()) {
    std::cerr << "callctl: cannot write to standard output\n";
    return ExitCode::kFailure;
  }
  if (exit_code.ok()) return *exit_code;
  std::cerr << "callctl: " << ErrorSentence(exit_code.status(), invocation.client) << '\n';
  return ExitCodeFor(exit_code.status());
}

}  // namespace
}  // namespace autopulse::callevents::callctl

int main(int argc, char** argv) {
  namespace callctl = autopulse::callevents::callctl;
  // gRPC's own log lines would stand between callctl's sentences. GRPC_VERBOSITY brings them back.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  callctl::Invocation invocation;
  const std::optional<callctl::ExitCode> done = callctl::ParseCommandLine(argc, argv, invocation);
  return static_cast<int>(done ? *done : callctl::Run(invocation));
}
