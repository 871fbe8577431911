#include "services/base/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "services/base/config.h"
#include "services/base/log.h"
#include "services/base/outputs.h"

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

rlimit DescriptorLimit() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

// By default a process may open fewer than it is permitted: each connection is one.
void AllowAllPermittedDescriptors() {
  rlimit limit = DescriptorLimit();
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// The lowest one that is free tells without counting all, for the system gives out the lowest.
bool AreDescriptorsScarce(rlim_t limit) {
  const int lowest_free = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  if (lowest_free < 0) return errno == EMFILE;
  close(lowest_free);
  return static_cast<rlim_t>(lowest_free) >= limit - limit / 8;
}

}  // namespace

void PrepareServerProcess() {
  ReplaceClosedOutputs();
  NeverWaitForReaders();
  AllowAllPermittedDescriptors();
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

void MakePrivateFiles() { umask(S_IRWXG | S_IRWXO); }

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

// A signal to the process goes to the one thread that does not block it.
StoppableStart::StoppableStart()
    : thread_("start", [](Pause& pause) {
        const sigset_t stops = StopSignals();
        pthread_sigmask(SIG_UNBLOCK, &stops, nullptr);
        pause.For(absl::Hours(24 * 365));
      }) {}

StopLimit::StopLimit(absl::Duration limit, std::string what)
    : thread_("stop-limit", [limit, what = std::move(what)](Pause& pause) {
        if (pause.For(limit)) return;
        LogError("ends without waiting any longer",
                 {{"for", what}, {"waited", absl::FormatDuration(limit)}});
        _exit(kExitFailure);
      }) {}

DescriptorWatch::DescriptorWatch(absl::Duration interval)
    : thread_("descriptors", [interval](Pause& pause) {
        bool was_scarce = false;
        while (!pause.For(interval)) {
          const rlim_t limit = DescriptorLimit().rlim_cur;
          const bool is_scarce = AreDescriptorsScarce(limit);
          if (is_scarce && !was_scarce) {
            LogError("file descriptors are nearly used up", {{"limit", limit}});
          }
          was_scarce = is_scarce;
        }
      }) {}

absl::Status FlushStandardOutput() {
  if (std::cout.flush()) return absl::OkStatus();
  return absl::DataLossError("cannot write to standard output");
}

}  // namespace autopulse::callevents::base
