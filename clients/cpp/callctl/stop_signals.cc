#include "clients/cpp/callctl/stop_signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>

namespace autopulse::callevents::callctl {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};
constexpr char kSignalled = 's';
constexpr char kOver = 'o';

// Where the handler writes. A handler may call `write`, but nothing that stops a stream.
std::atomic<int> pipe_of_handler{-1};

void TellWaiter(int /*signal*/) {
  const int saved_errno = errno;
  [[maybe_unused]] const ssize_t written = write(pipe_of_handler, &kSignalled, 1);
  errno = saved_errno;
}

void Wait(int pipe, std::stop_source& stop) {
  char what = 0;
  while (true) {
    const ssize_t count = read(pipe, &what, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count == 1 && what == kSignalled) stop.request_stop();
    if (count != 1 || what == kOver) return;
  }
}

}  // namespace

StopSignals::StopSignals(std::stop_source stop) {
  // Without a pipe, signals end the program as they did before.
  if (pipe2(pipe_, O_CLOEXEC) != 0) {
    pipe_[0] = pipe_[1] = -1;
    return;
  }
  pipe_of_handler = pipe_[1];
  waiter_ = std::thread([pipe = pipe_[0], stop = std::move(stop)]() mutable { Wait(pipe, stop); });
  struct sigaction action = {};
  action.sa_handler = TellWaiter;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  for (const int signal : kSignals) sigaction(signal, &action, nullptr);
}

StopSignals::~StopSignals() {
  if (!waiter_.joinable()) return;
  for (const int signal : kSignals) ::signal(signal, SIG_DFL);
  [[maybe_unused]] const ssize_t written = write(pipe_[1], &kOver, 1);
  waiter_.join();
  close(pipe_[0]);
  close(pipe_[1]);
}

}  // namespace autopulse::callevents::callctl
