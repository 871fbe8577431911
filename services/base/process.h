#pragma once

#include <functional>

#include "absl/status/status.h"

namespace autopulse::callevents::base {

// What every server of the project sets for its whole process; among it, SIGINT, SIGTERM and SIGHUP
// are left to `AwaitStopSignal`. To be called first in main, before there are threads.
void PrepareServerProcess();

// Waits for SIGINT or SIGTERM and returns it; another one ends the process at once. Meanwhile
// `reload` is called for each SIGHUP, on the calling thread.
int AwaitStopSignal(const std::function<void()>& reload);

// Hands on what was printed; DATA_LOSS, with a sentence, if any of it could not be written.
absl::Status FlushStandardOutput();

}  // namespace autopulse::callevents::base
