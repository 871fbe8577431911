#include "clients/cpp/callctl/report_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/clients/cpp/callctl/callctl_program.h"
#include "tests/clients/cpp/fake_call_event_service.h"

namespace autopulse::callevents::callctl {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;
using tests::FakeCallEventService;
using tests::ProgramResult;
using tests::RunCallctl;

constexpr char kRinging[] =
    R"({"parent": "calls/15", "eventId": "a", "event": {"statusUpdate": {"status": "CALL_STATUS_RINGING"}}})";
constexpr char kUnknownCall[] =
    R"({"parent": "calls/404", "eventId": "b", "event": {"notice": {"kind": "hang"}}})";

class ReportCommandTest : public ::testing::Test {
 protected:
  ReportCommandTest() {
    service_.calls["calls/15"].set_name("calls/15");
    service_.calls["calls/-"].set_name("calls/15");
  }

  ProgramResult Report(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), {"events", "report"});
    return RunCallctl(service_.address(), arguments, input);
  }

  FakeCallEventService service_;
};

TEST_F(ReportCommandTest, AnEventFromTheCommandLine) {
  const ProgramResult result =
      Report({"15", "--status=In Progress", "--event-id=e1", "--time=2025-05-01T12:00:00Z",
              "--provider-call-id=6896cc2a"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "EVENT               RESULT   CALL STATUS  ERROR\n"
            "calls/15/events/e1  applied  In Progress  -\n");
  ASSERT_EQ(service_.reports().size(), 1U);
  const v1::ReportCallEventRequest report = service_.reports()[0];
  EXPECT_EQ(report.event().status_update().status(), v1::CALL_STATUS_IN_PROGRESS);
  EXPECT_EQ(report.event().event_time().seconds(), 1746100800);
  EXPECT_EQ(report.event().provider_call_id(), "6896cc2a");
}

TEST_F(ReportCommandTest, AnEventOfTheCallThatAProviderIdBelongsTo) {
  EXPECT_EQ(Report({"-", "--status=ringing", "--provider-call-id=6896cc2a"}).exit_code, 0);
  EXPECT_EQ(service_.reports().at(0).parent(), "calls/-");
}

TEST_F(ReportCommandTest, EventsWithoutAnIdGetDifferentOnes) {  // O1
  EXPECT_EQ(Report({"15", "--status=ringing"}).exit_code, 0);
  EXPECT_EQ(Report({"15", "--status=ringing"}).exit_code, 0);
  ASSERT_EQ(service_.reports().size(), 2U);
  EXPECT_THAT(service_.reports()[0].event_id(), MatchesRegex("callctl-[0-9a-f]{16}"));
  EXPECT_NE(service_.reports()[0].event_id(), service_.reports()[1].event_id());
}

TEST_F(ReportCommandTest, ARepeatIsShownAsADuplicate) {  // O1
  Report({"15", "--status=ringing", "--event-id=e1"});
  EXPECT_THAT(Report({"15", "--status=ringing", "--event-id=e1"}).out, HasSubstr("  duplicate  "));
}

TEST_F(ReportCommandTest, OneEventFromStandardInput) {
  const ProgramResult result = Report({"-o", "json"}, kRinging);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(json::parse(result.out)["event"]["name"], "calls/15/events/a");
  EXPECT_TRUE(service_.batch_lengths().empty());
}

TEST_F(ReportCommandTest, OneEventThatIsRefusedIsAnError) {
  const ProgramResult result = Report({"--file=-"}, kUnknownCall);
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "callctl: there is no calls/404\n");
}

TEST_F(ReportCommandTest, SeveralEventsFailEachByItself) {
  const ProgramResult result = Report({}, absl::StrCat(kRinging, "\n", kUnknownCall, "\n"));
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.out,
            "EVENT               RESULT   CALL STATUS  ERROR\n"
            "calls/15/events/a   applied  Ringing      -\n"
            "calls/404/events/b  failed   -            there is no calls/404\n");
  EXPECT_EQ(result.err, "callctl: 1 of 2 events recorded, 1 failed\n");
}

TEST_F(ReportCommandTest, SeveralEventsAsJsonHaveOneResultEach) {
  const ProgramResult result =
      Report({"-o", "json"}, absl::StrCat("[", kRinging, ",", kUnknownCall, "]"));
  const json results = json::parse(result.out)["results"];
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0]["response"]["call"]["status"], "CALL_STATUS_RINGING");
  EXPECT_EQ(results[1]["error"]["code"], 5);
}

TEST_F(ReportCommandTest, EventsFromAFile) {
  const std::string path = absl::StrCat(::testing::TempDir(), "events_", getpid(), ".json");
  std::ofstream(path) << kRinging;
  EXPECT_EQ(Report({"--file=" + path}).exit_code, 0);
  unlink(path.c_str());
  EXPECT_EQ(service_.reports().size(), 1U);
}

TEST_F(ReportCommandTest, AMalformedFileIsRefusedBeforeAnythingIsReported) {
  const ProgramResult result = Report({}, absl::StrCat(kRinging, "\n{\"parnt\": 1}\n"));
  EXPECT_EQ(result.exit_code, 6);
  EXPECT_THAT(result.err, StartsWith("callctl: refused: standard input: line 2: "));
  EXPECT_TRUE(service_.reports().empty());
}

TEST_F(ReportCommandTest, AFileThatIsNotThereIsExitCode1) {
  const ProgramResult result = Report({"--file=/nowhere/events.json"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "callctl: cannot read /nowhere/events.json: No such file or directory\n");
}

TEST_F(ReportCommandTest, AFileAndACallExcludeEachOther) {
  EXPECT_EQ(Report({"15", "--status=ringing", "--file=-"}).exit_code, 2);
}

TEST_F(ReportCommandTest, AnEventThatMayHaveArrivedNamesItsId) {  // O1
  service_.failure = {grpc::StatusCode::UNAVAILABLE, "restarting"};
  const ProgramResult result = Report({"15", "--status=ringing", "--event-id=e1"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, HasSubstr("repeat the command with --event-id=e1\n"));
}

}  // namespace
}  // namespace autopulse::callevents::callctl
