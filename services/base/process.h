#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/base/pausing_thread.h"

namespace autopulse::callevents::base {

// Raises the limit of open files to what is permitted, makes writes to stdout and stderr never
// block, and leaves SIGINT, SIGTERM and SIGHUP to `AwaitStopSignal`; a peer that is gone is an
// error of the write, no SIGPIPE. Call it first in main, before there are threads.
void PrepareServerProcess();

// From now on the files that the process makes are its own user's only, whoever starts it; those
// that are there keep their modes. To be called first in main of whatever makes files.
void MakePrivateFiles();

// While it lives, SIGINT and SIGTERM end the process at once after all: for a start, which may have
// to wait, and has nothing to finish. After `PrepareServerProcess`.
class StoppableStart {
 public:
  StoppableStart();

 private:
  PausingThread thread_;
};

// Waits for SIGINT or SIGTERM and returns it; another one ends the process at once. Meanwhile
// `reload` is called for each SIGHUP, on the calling thread.
int AwaitStopSignal(const std::function<void()>& reload);

// Bounds how long a process takes to stop: if this lives for `limit`, the process ends without
// waiting for its threads, with `kExitFailure` and a line in the log that says that it does not
// wait for `what` any longer.
class StopLimit {
 public:
  StopLimit(absl::Duration limit, std::string what);

 private:
  PausingThread thread_;
};

// Logs an error, with the limit, each time that the file descriptors of the process become scarce,
// as seen once in `interval` by a thread of its own. After `PrepareServerProcess`.
class DescriptorWatch {
 public:
  explicit DescriptorWatch(absl::Duration interval = absl::Seconds(1));

 private:
  PausingThread thread_;
};

// Hands on what was printed; DATA_LOSS, with a sentence, if any of it could not be written.
absl::Status FlushStandardOutput();

}  // namespace autopulse::callevents::base
