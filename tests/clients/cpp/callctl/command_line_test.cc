#include "clients/cpp/callctl/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "clients/cpp/callctl/terminal_text.h"
#include "tests/clients/cpp/callctl/callctl_program.h"
#include "tests/clients/cpp/fake_call_event_service.h"

namespace autopulse::callevents::callctl {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using tests::CallctlProgram;
using tests::ProgramResult;
using tests::RunCallctl;
using Arguments = std::vector<std::string>;

ProgramResult RunWith(const Arguments& arguments, const Arguments& environment = {}) {
  CallctlProgram program({.arguments = arguments, .environment = environment});
  return program.Wait();
}

class HelpTest : public ::testing::TestWithParam<Arguments> {};

TEST_P(HelpTest, HasExamplesAndFits80Columns) {
  Arguments levels = GetParam();
  Arguments arguments = levels;
  levels.insert(levels.begin(), "callctl");
  arguments.push_back("--help");
  const ProgramResult result = RunWith(arguments);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, HasSubstr("Usage: " + absl::StrJoin(levels, " ")));
  EXPECT_THAT(result.out, HasSubstr("Examples:\n  "));
  for (const auto& line : absl::StrSplit(result.out, '\n')) {
    EXPECT_LE(DisplayWidth(line), 80U) << line;
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryLevel, HelpTest,
    ::testing::Values(Arguments{}, Arguments{"calls"}, Arguments{"calls", "create"},
                      Arguments{"calls", "get"}, Arguments{"calls", "list"},
                      Arguments{"calls", "watch"}, Arguments{"calls", "events"},
                      Arguments{"calls", "transcript"}, Arguments{"calls", "attempts"},
                      Arguments{"service-records"}, Arguments{"service-records", "create"},
                      Arguments{"service-records", "get"}, Arguments{"service-records", "list"},
                      Arguments{"events"}, Arguments{"events", "report"},
                      Arguments{"events", "get"}));

TEST(CommandLineTest, HelpOfTheProgramNamesTheExitCodes) {
  EXPECT_THAT(RunWith({"--help"}).out, HasSubstr("\n  5  not found\n"));
}

TEST(CommandLineTest, VersionIsOneLine) {
  const ProgramResult result = RunWith({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "callctl " AUTOPULSE_VERSION "\n");
}

class UsageErrorTest : public ::testing::TestWithParam<std::pair<Arguments, std::string>> {};

TEST_P(UsageErrorTest, IsOneSentenceAndExitCode2) {
  const auto& [arguments, sentence] = GetParam();
  const ProgramResult result = RunWith(arguments);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "callctl: " + sentence + " --help\n");
}

INSTANTIATE_TEST_SUITE_P(
    All, UsageErrorTest,
    ::testing::Values(
        std::pair(Arguments{}, "a command is missing; see callctl"),
        std::pair(Arguments{"calls"}, "a command is missing; see callctl calls"),
        std::pair(Arguments{"calls", "frob"}, "do not know 'frob'; see callctl calls"),
        std::pair(Arguments{"calls", "get", "1", "--frob"},
                  "do not know '--frob'; see callctl calls get"),
        std::pair(Arguments{"calls", "get"}, "CALL is required; see callctl calls get"),
        std::pair(Arguments{"calls", "get", "x"},
                  "CALL: 'x' is no id: give a number, as in 15 or calls/15; see callctl calls get"),
        std::pair(Arguments{"calls", "list", "--status=done"},
                  "--status: 'done' is none of ready, ringing, in-progress, completed, failed, "
                  "missed; see callctl calls list"),
        std::pair(Arguments{"calls", "get", "1", "--output=xml"},
                  "--output: 'xml' is neither table nor json; see callctl calls get"),
        std::pair(Arguments{"calls", "get", "1", "--timeout=5"},
                  "--timeout: '5' is no timeout: give up to 24h, as in 250ms, 5s or 1m30s; see "
                  "callctl calls get"),
        std::pair(Arguments{"--service=here", "calls", "get", "1"},
                  "--service: 'here' is no address: give HOST:PORT, as in 127.0.0.1:50051, or "
                  "unix:PATH, or several of them with commas between; see callctl calls get"),
        std::pair(Arguments{"events", "report", "15"},
                  "CALL requires --status; see callctl events report"),
        std::pair(Arguments{"events", "report", "--status=ringing"},
                  "--status requires CALL; see callctl events report")));

TEST(CommandLineTest, AControlCharacterInAnArgumentDoesNotReachTheTerminal) {
  EXPECT_THAT(RunWith({"calls", "get", "\x1b[2J"}).err,
              StartsWith("callctl: CALL: '\\x1b[2J' is no id"));
}

TEST(CommandLineTest, TheEnvironmentNamesTheService) {
  const ProgramResult result = RunWith({"calls", "get", "15"}, {"CALLCTL_SERVICE=127.0.0.1:1"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err,
              StartsWith("callctl: cannot reach the service at 127.0.0.1:1: is call-event-service "
                         "running? ("));
}

TEST(CommandLineTest, TheCommandLineWinsOverTheEnvironment) {
  tests::FakeCallEventService service;
  service.calls["calls/15"];
  EXPECT_EQ(RunWith({"calls", "get", "15", "--service=" + service.address()},
                    {"CALLCTL_SERVICE=127.0.0.1:1"})
                .exit_code,
            0);
}

TEST(CommandLineTest, AWrongEnvironmentIsAUsageError) {
  for (const char* wrong : {"CALLCTL_TIMEOUT=soon", "CALLCTL_SERVICE=here"}) {
    EXPECT_EQ(RunWith({"calls", "get", "15"}, {wrong}).exit_code, 2) << wrong;
  }
}

TEST(CommandLineTest, ATimeoutIsExitCode4) {
  tests::FakeCallEventService service;
  service.hangs = true;
  const ProgramResult result =
      RunCallctl(service.address(), {"--timeout=50ms", "calls", "get", "15"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(result.err, "callctl: no answer from the service at " + service.address() +
                            " within 50ms: try a longer --timeout\n");
}

TEST(CommandLineTest, AnErrorOfTheServiceDoesNotDriveTheTerminal) {
  tests::FakeCallEventService service;
  service.failure = {grpc::StatusCode::INVALID_ARGUMENT, "what is \x1b[31m?"};
  const ProgramResult result = RunCallctl(service.address(), {"calls", "list"});
  EXPECT_EQ(result.exit_code, 6);
  EXPECT_EQ(result.err, "callctl: refused: what is \\x1b[31m?\n");
}

TEST(CommandLineTest, AnyOtherErrorIsExitCode1AndNamesItsCode) {
  tests::FakeCallEventService service;
  service.failure = {grpc::StatusCode::DATA_LOSS, "the disk is gone"};
  const ProgramResult result = RunCallctl(service.address(), {"calls", "list"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "callctl: the disk is gone (DATA_LOSS)\n");
}

TEST(CommandLineTest, AFullDiskIsExitCode1) {
  tests::FakeCallEventService service;
  service.calls["calls/15"].set_name("calls/15");
  CallctlProgram program({.arguments = {"calls", "get", "15"},
                          .environment = {"CALLCTL_SERVICE=" + service.address()},
                          .input = "",
                          .output_file = "/dev/full"});
  const ProgramResult result = program.Wait();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "callctl: cannot write to standard output\n");
}

}  // namespace
}  // namespace autopulse::callevents::callctl
