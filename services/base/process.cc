#include "services/base/process.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "absl/synchronization/mutex.h"

namespace autopulse::callevents::base {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

sigset_t HandledSignals() {
  sigset_t signals = StopSignals();
  sigaddset(&signals, SIGHUP);
  return signals;
}

// Whoever started the program may have closed its outputs. What is opened next would get their
// numbers, and with them whatever is logged.
void ReplaceClosedOutputs() {
  int file = open("/dev/null", O_RDWR);
  while (file >= 0 && file <= STDERR_FILENO) file = open("/dev/null", O_RDWR);
  if (file > STDERR_FILENO) close(file);
}

}  // namespace

void PrepareServerProcess() {
  ReplaceClosedOutputs();
  const sigset_t signals = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // threads inherit it
  // A peer that is gone is an error of the write.
  std::signal(SIGPIPE, SIG_IGN);
  // What matters of gRPC's errors, we say ourselves.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  // Debian builds Abseil with the search for lock cycles, which keeps every lock of gRPC's and ours
  // in one graph under one lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

int AwaitStopSignal(const std::function<void()>& reload) {
  const sigset_t signals = HandledSignals();
  while (true) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal == SIGHUP) {
      reload();
      continue;
    }
    // The second one ends the process; SIGHUP, for which it is too late, does nothing.
    const sigset_t stops = StopSignals();
    pthread_sigmask(SIG_UNBLOCK, &stops, nullptr);
    return signal;
  }
}

absl::Status FlushStandardOutput() {
  if (std::cout.flush()) return absl::OkStatus();
  return absl::DataLossError("cannot write to standard output");
}

}  // namespace autopulse::callevents::base
