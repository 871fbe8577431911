#include "services/base/outputs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace autopulse::callevents::base {
namespace {

using testing::ExitedWithCode;

// Makes `writing` standard error, and ends the process with 0 once it takes nothing more, or by
// SIGALRM if it waits for a reader.
[[noreturn]] void FillAndExit(int writing) {
  dup2(writing, STDERR_FILENO);
  alarm(60);
  NeverWaitForReaders();
  const std::string line(100, 'x');
  while (WriteToStandardError(line) == line.size()) {
  }
  std::_Exit(WriteToStandardError(line) == 0 ? 0 : 1);
}

TEST(OutputsTest, APipeThatNobodyReadsIsNotWaitedFor) {  // FT62
  EXPECT_EXIT(
      {
        int ends[2] = {};
        if (pipe(ends) == 0) FillAndExit(ends[1]);
      },
      ExitedWithCode(0), "");
}

TEST(OutputsTest, NorIsASocket) {  // FT62: under systemd standard error is one
  EXPECT_EXIT(
      {
        int ends[2] = {};
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0) FillAndExit(ends[1]);
      },
      ExitedWithCode(0), "");
}

TEST(OutputsTest, NorIsAPipeThatCannotBeOpenedAnew) {  // FT62
  constexpr uid_t kNobody = 65534;
  EXPECT_EXIT(
      {
        int ends[2] = {};
        if (pipe(ends) == 0 && fchmod(ends[1], 0) == 0 && (geteuid() != 0 || setuid(kNobody) == 0))
          FillAndExit(ends[1]);
      },
      ExitedWithCode(0), "");
}

TEST(OutputsTest, WhoeverSharesThePipeStillWaits) {
  EXPECT_EXIT(
      {
        int ends[2] = {};
        if (pipe(ends) != 0) std::_Exit(1);
        dup2(ends[1], STDERR_FILENO);
        NeverWaitForReaders();
        std::_Exit((fcntl(ends[1], F_GETFL) & O_NONBLOCK) == 0 ? 0 : 1);
      },
      ExitedWithCode(0), "");
}

}  // namespace
}  // namespace autopulse::callevents::base
