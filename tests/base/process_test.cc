#include "services/base/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

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

TEST(PrepareServerProcessTest, PeerThatIsGoneDoesNotEndTheProcess) {
  ExpectExit([] {
    kill(getpid(), SIGPIPE);
    std::exit(0);
  });
}

}  // namespace
}  // namespace autopulse::callevents::base
