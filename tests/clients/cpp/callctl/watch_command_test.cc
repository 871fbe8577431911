#include "clients/cpp/callctl/watch_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "tests/clients/cpp/callctl/callctl_program.h"
#include "tests/clients/cpp/fake_call_event_service.h"

namespace autopulse::callevents::callctl {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using tests::CallctlProgram;
using tests::FakeCallEventService;
using tests::ProgramResult;
using tests::RunCallctl;
using tests::WatchResponse;

TEST(WatchCommandTest, ShowsEventsAndEndsAfterTheCount) {
  FakeCallEventService service;
  service.streams = {{WatchResponse("a", "t1"), WatchResponse("", "t2"), WatchResponse("b", "t3"),
                      WatchResponse("c", "t4")}};
  const ProgramResult result = RunCallctl(service.address(), {"calls", "watch", "--count=2"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out,
            "TIME                      CALL         KIND    CALL STATUS  OUTCOME  DETAIL"
            "                    EVENT\n"
            "2025-05-01T12:00:00Z      calls/15     status  Ringing      applied  Ringing"
            "                   a\n"
            "2025-05-01T12:00:00Z      calls/15     status  Ringing      applied  Ringing"
            "                   b\n");
  EXPECT_EQ(result.err, "callctl: go on from here with --resume-token=t3\n");
}

TEST(WatchCommandTest, JsonIsOneObjectPerLineWithoutKeepAlives) {
  FakeCallEventService service;
  service.streams = {{WatchResponse("", "t1"), WatchResponse("a", "t2"), WatchResponse("b", "t3")}};
  const ProgramResult result =
      RunCallctl(service.address(), {"calls", "watch", "--count=2", "-o", "json"});
  const std::vector<std::string> lines = absl::StrSplit(result.out, '\n');
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(json::parse(lines[0])["event"]["name"], "calls/15/events/a");
  EXPECT_EQ(json::parse(lines[1])["resumeToken"], "t3");
  EXPECT_EQ(result.err, "");
}

TEST(WatchCommandTest, GoesOnWhereTheStreamBroke) {
  FakeCallEventService service;
  service.streams = {{WatchResponse("a", "t1")}, {WatchResponse("b", "t2")}};
  const ProgramResult result = RunCallctl(
      service.address(),
      {"calls", "watch", "--count=2", "--filter=status = \"Ringing\"", "--resume-token=t0"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("callctl: the stream broke (restarting); trying again in "));
  const auto requests = service.watch_requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].resume_token(), "t0");
  EXPECT_EQ(requests[1].resume_token(), "t1");
  EXPECT_EQ(requests[1].filter(), "status = \"Ringing\"");
}

class WatchSignalTest : public ::testing::TestWithParam<int> {};

TEST_P(WatchSignalTest, EndsTheWatchWithExitCode0) {
  FakeCallEventService service;
  service.streams = {{WatchResponse("a", "t1")}};
  CallctlProgram program(
      {.arguments = {"calls", "watch"}, .environment = {"CALLCTL_SERVICE=" + service.address()}});
  ASSERT_TRUE(program.WaitForOutput("  a\n"));
  program.Signal(GetParam());
  const ProgramResult result = program.Wait();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "callctl: go on from here with --resume-token=t1\n");
}

INSTANTIATE_TEST_SUITE_P(Signals, WatchSignalTest, ::testing::Values(SIGINT, SIGTERM));

TEST(WatchCommandTest, AServiceThatIsNotThereIsExitCode4AtOnce) {
  EXPECT_EQ(RunCallctl("127.0.0.1:1", {"calls", "watch"}).exit_code, 4);
}

TEST(WatchCommandTest, AFilterThatIsRefusedIsExitCode6) {
  FakeCallEventService service;
  service.failure = {grpc::StatusCode::INVALID_ARGUMENT, "filter: what is 'x'"};
  const ProgramResult result = RunCallctl(service.address(), {"calls", "watch", "--filter=x"});
  EXPECT_EQ(result.exit_code, 6);
  EXPECT_EQ(result.err, "callctl: refused: filter: what is 'x'\n");
}

}  // namespace
}  // namespace autopulse::callevents::callctl
