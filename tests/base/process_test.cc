#include "services/base/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "services/base/config.h"

namespace autopulse::callevents::base {
namespace {

// In a process of its own: what it sets concerns the whole process.
template <typename Work>
void ExpectExit(Work work) {
  EXPECT_EXIT(
      {
        PrepareServerProcess();
        work();
      },
      testing::ExitedWithCode(0), "");
}

TEST(AwaitStopSignalTest, SighupReloadsAndSigtermEndsTheWait) {
  ExpectExit([] {
    int reloads = 0;
    kill(getpid(), SIGHUP);
    kill(getpid(), SIGTERM);
    const int signal = AwaitStopSignal([&reloads] { ++reloads; });
    std::exit(signal == SIGTERM && reloads == 1 ? 0 : 1);
  });
}

TEST(AwaitStopSignalTest, SecondStopSignalEndsTheProcess) {
  EXPECT_EXIT(
      {
        PrepareServerProcess();
        kill(getpid(), SIGTERM);
        AwaitStopSignal([] {});
        kill(getpid(), SIGTERM);
        std::exit(0);
      },
      testing::KilledBySignal(SIGTERM), "");
}

TEST(AwaitStopSignalTest, SighupWhileItStopsDoesNotEndTheProcess) {
  ExpectExit([] {
    kill(getpid(), SIGTERM);
    AwaitStopSignal([] {});
    kill(getpid(), SIGHUP);
    std::exit(0);
  });
}

TEST(StoppableStartTest, StopSignalEndsTheProcess) {
  EXPECT_EXIT(
      {
        PrepareServerProcess();
        const StoppableStart start;
        kill(getpid(), SIGTERM);
        while (true) pause();
      },
      testing::KilledBySignal(SIGTERM), "");
}

TEST(StoppableStartTest, StopSignalAfterItIsAwaited) {
  ExpectExit([] {
    { const StoppableStart start; }
    kill(getpid(), SIGTERM);
    std::exit(AwaitStopSignal([] {}) == SIGTERM ? 0 : 1);
  });
}

TEST(StopLimitTest, ProcessThatHasNotStoppedInTimeEndsAndSaysWhatItDoesNotWaitFor) {
  EXPECT_EXIT(
      {
        const StopLimit limit(absl::Milliseconds(1), "a disk");
        while (true) pause();
      },
      testing::ExitedWithCode(kExitFailure),
      "without waiting any longer for=\"a disk\" waited=1ms");
}

TEST(StopLimitTest, ProcessThatStopsInTimeEndsByItself) {
  ExpectExit([] {
    { const StopLimit limit(absl::Hours(1), "a disk"); }
    std::exit(0);
  });
}

// What is written to standard error can be read from the file descriptor that this returns.
int ReadStandardError() {
  int ends[2];
  if (pipe(ends) != 0 || dup2(ends[1], STDERR_FILENO) < 0) std::abort();
  close(ends[1]);
  return ends[0];
}

TEST(DescriptorWatchTest, LimitIsLoggedBeforeAllDescriptorsAreUsed) {
  ExpectExit([] {
    const int errors = ReadStandardError();
    const rlimit few = {64, 64};
    setrlimit(RLIMIT_NOFILE, &few);
    int last = 0;
    while (last < 60) last = open("/dev/null", O_RDONLY);
    const DescriptorWatch watch(absl::Milliseconds(1));
    char line[200] = {};
    const ssize_t size = read(errors, line, sizeof(line) - 1);  // waits for it
    std::exit(size > 0 && std::string(line).find("used up limit=64") != std::string::npos ? 0 : 1);
  });
}

TEST(PrepareServerProcessTest, AllDescriptorsThatArePermittedMayBeUsed) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t permitted = limit.rlim_max;
  ASSERT_GT(permitted, 64U);
  const auto raise_from_few = [&] {
    limit.rlim_cur = 64;
    setrlimit(RLIMIT_NOFILE, &limit);
    PrepareServerProcess();
    getrlimit(RLIMIT_NOFILE, &limit);
    std::exit(limit.rlim_cur == permitted ? 0 : 1);
  };
  EXPECT_EXIT(raise_from_few(), testing::ExitedWithCode(0), "");
}

TEST(PrepareServerProcessTest, PeerThatIsGoneDoesNotEndTheProcess) {
  ExpectExit([] {
    kill(getpid(), SIGPIPE);
    std::exit(0);
  });
}

}  // namespace
}  // namespace autopulse::callevents::base
