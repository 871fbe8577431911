#include "clients/cpp/callctl/calls_commands.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/clients/cpp/callctl/callctl_program.h"
#include "tests/clients/cpp/fake_call_event_service.h"

namespace autopulse::callevents::callctl {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using tests::FakeCallEventService;
using tests::ProgramResult;
using tests::RunCallctl;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

v1::Call FinishedCall() {
  return Parse<v1::Call>(R"pb(
    name: "calls/15"
    status: CALL_STATUS_COMPLETED
    status_text: "Completed"
    outcome: CALL_OUTCOME_ANSWERED
    service_record: "serviceRecords/9"
    customer_number: "+15550100"
    direction: "outbound"
    provider_call_id: "6896cc2a"
    create_time { seconds: 1746100800 }
    start_time { seconds: 1746100810 nanos: 250000000 }
    end_time { seconds: 1746100918 }
    duration { seconds: 108 }
    reported_duration { seconds: 107 nanos: 750000000 }
    ended_reason: "customer-ended-call"
    cost_usd: "0.2018"
    recording_url: "https://example.com/r.wav"
    analysis { summary: "Booked\nfor \x1b[1mMonday." })pb");
}

TEST(CallsCommandsTest, GetShowsACallInTheWordsOfTheDocument) {
  FakeCallEventService service;
  service.calls["calls/15"] = FinishedCall();
  const ProgramResult result = RunCallctl(service.address(), {"calls", "get", "15"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out,
            "call:               calls/15\n"
            "status:             Completed\n"
            "outcome:            answered\n"
            "service record:     serviceRecords/9\n"
            "customer number:    +15550100\n"
            "direction:          outbound\n"
            "provider call id:   6896cc2a\n"
            "created:            2025-05-01T12:00:00Z\n"
            "started:            2025-05-01T12:00:10.250Z\n"
            "ended:              2025-05-01T12:01:58Z\n"
            "duration:           1m48s\n"
            "reported duration:  1m47.75s\n"
            "ended reason:       customer-ended-call\n"
            "cost:               $0.2018\n"
            "recording:          https://example.com/r.wav\n"
            "summary:            Booked\\nfor \\x1b[1mMonday.\n");
}

TEST(CallsCommandsTest, GetPrintsTheCallAsStandardJson) {
  FakeCallEventService service;
  service.calls["calls/15"] = FinishedCall();
  const ProgramResult result =
      RunCallctl(service.address(), {"-o", "json", "calls", "get", "calls/15"});
  const json call = json::parse(result.out);
  EXPECT_EQ(call["status"], "CALL_STATUS_COMPLETED");
  EXPECT_EQ(call["statusText"], "Completed");
  EXPECT_EQ(call["costUsd"], "0.2018");
  EXPECT_EQ(call["startTime"], "2025-05-01T12:00:10.250Z");
  EXPECT_EQ(result.out.back(), '\n');
}

TEST(CallsCommandsTest, ACallThatIsNotThereIsExitCode5) {
  FakeCallEventService service;
  for (const std::string command : {"get", "events", "transcript", "attempts"}) {
    const ProgramResult result = RunCallctl(service.address(), {"calls", command, "15"});
    EXPECT_EQ(result.exit_code, 5) << command;
    EXPECT_EQ(result.out, "") << command;
    EXPECT_EQ(result.err, "callctl: calls/15 not found\n") << command;
  }
}

TEST(CallsCommandsTest, CreateRegistersACallAndShowsIt) {
  FakeCallEventService service;
  const ProgramResult result =
      RunCallctl(service.address(),
                 {"calls", "create", "--id=15", "--service-record=9", "--direction=outbound",
                  "--customer-number=+15550100", "--provider-call-id=6896cc2a"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("call:              calls/15\nstatus:            Ready\n"));
  const v1::Call& call = service.calls["calls/15"];
  EXPECT_EQ(call.service_record(), "serviceRecords/9");
  EXPECT_EQ(call.customer_number(), "+15550100");
  EXPECT_EQ(call.direction(), "outbound");
  EXPECT_EQ(call.provider_call_id(), "6896cc2a");
}

TEST(CallsCommandsTest, CreateOfACallThatExistsIsExitCode6) {
  FakeCallEventService service;
  service.calls["calls/15"];
  const ProgramResult result = RunCallctl(service.address(), {"calls", "create", "--id=15"});
  EXPECT_EQ(result.exit_code, 6);
  EXPECT_EQ(result.err, "callctl: refused: calls/15 is taken\n");
}

TEST(CallsCommandsTest, ListShowsATable) {
  FakeCallEventService service;
  service.calls["calls/15"] = FinishedCall();
  service.calls["calls/16"] = Parse<v1::Call>(R"pb(name: "calls/16"
                                                   status: CALL_STATUS_IN_PROGRESS
                                                   status_text: "In Progress")pb");
  const ProgramResult result = RunCallctl(service.address(), {"calls", "list"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(
      result.out,
      "CALL      STATUS       OUTCOME   STARTED                   DURATION     COST  CUSTOMER   "
      "SERVICE RECORD    ENDED REASON\n"
      "calls/15  Completed    answered  2025-05-01T12:00:10.250Z     1m48s  $0.2018  +15550100  "
      "serviceRecords/9  customer-ended-call\n"
      "calls/16  In Progress  -         -                                -        -  -          "
      "-                 -\n");
}

TEST(CallsCommandsTest, ListComposesTheFilter) {
  FakeCallEventService service;
  const ProgramResult result =
      RunCallctl(service.address(),
                 {"calls", "list", "--filter=start_time >= \"2025-05-01T00:00:00Z\"",
                  "--status=In Progress", "--outcome=missed", "--customer-number=+1 \"5\"",
                  "--provider-call-id=a", "--service-record=9", "--order-by=start_time desc"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "callctl: no calls\n");
  const auto requests = service.list_calls_requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].filter(),
            "start_time >= \"2025-05-01T00:00:00Z\" AND status = CALL_STATUS_IN_PROGRESS AND "
            "outcome = CALL_OUTCOME_MISSED AND customer_number = \"+1 \\\"5\\\"\" AND "
            "provider_call_id = \"a\" AND service_record = \"serviceRecords/9\"");
  EXPECT_EQ(requests[0].order_by(), "start_time desc");
  EXPECT_EQ(requests[0].page_size(), 50);
}

TEST(CallsCommandsTest, AnEmptyFilterIsNone) {
  FakeCallEventService service;
  EXPECT_EQ(RunCallctl(service.address(), {"calls", "list", "--filter=", "--limit=7"}).exit_code,
            0);
  EXPECT_EQ(service.list_calls_requests().at(0).filter(), "");
  EXPECT_EQ(service.list_calls_requests().at(0).page_size(), 7);
}

class CallsListTest : public ::testing::Test {
 protected:
  CallsListTest() {
    for (int i = 1000; i < 1450; ++i) {
      const std::string name = absl::StrCat("calls/", i);
      service_.calls[name].set_name(name);
    }
  }

  FakeCallEventService service_;
};

TEST_F(CallsListTest, MergesThePagesUpToTheLimit) {
  const ProgramResult result =
      RunCallctl(service_.address(), {"calls", "list", "--limit=410", "-o", "json"});
  const json list = json::parse(result.out);
  EXPECT_EQ(list["calls"].size(), 410U);
  EXPECT_EQ(list["calls"][409]["name"], "calls/1409");
  EXPECT_FALSE(list.contains("nextPageToken"));
  EXPECT_EQ(result.err, "callctl: there are more calls; see them with a higher --limit\n");
  EXPECT_EQ(service_.list_calls_requests().size(), 3U);
}

TEST_F(CallsListTest, SaysNothingOfMoreWhereThereIsNoMore) {
  EXPECT_EQ(RunCallctl(service_.address(), {"calls", "list", "--limit=450"}).err, "");
}

TEST_F(CallsListTest, ALimitOf0ListsAll) {
  const ProgramResult result =
      RunCallctl(service_.address(), {"calls", "list", "--limit=0", "-o", "json"});
  EXPECT_EQ(json::parse(result.out)["calls"].size(), 450U);
}

TEST(CallHistoryCommandsTest, EventsShowsWhatHappened) {
  FakeCallEventService service;
  service.calls["calls/15"];
  service.events["calls/15"] = {
      Parse<v1::CallEvent>(R"pb(
        name: "calls/15/events/e1"
        sequence: 7
        event_time { seconds: 1746100800 }
        outcome: CALL_EVENT_OUTCOME_APPLIED
        call_status: CALL_STATUS_IN_PROGRESS
        status_update { status: CALL_STATUS_IN_PROGRESS provider_status: "in-progress" })pb"),
      Parse<v1::CallEvent>(R"pb(
        name: "calls/15/events/e2"
        sequence: 120
        receive_time { seconds: 1746100801 nanos: 5000000 }
        outcome: CALL_EVENT_OUTCOME_LATE
        call_status: CALL_STATUS_FAILED
        hangup { reason: HANGUP_REASON_USER_INITIATED })pb"),
      Parse<v1::CallEvent>(R"pb(
        name: "calls/15/events/e3"
        sequence: 121
        event_time { seconds: 1746100802 }
        outcome: CALL_EVENT_OUTCOME_APPLIED
        call_status: CALL_STATUS_COMPLETED
        end_of_call_report { ended_reason: "customer-ended-call" })pb"),
      Parse<v1::CallEvent>(R"pb(
        name: "calls/15/events/e4"
        sequence: 122
        event_time { seconds: 1746100803 }
        outcome: CALL_EVENT_OUTCOME_STALE
        call_status: CALL_STATUS_COMPLETED
        notice { kind: "hang" })pb")};
  const ProgramResult result = RunCallctl(service.address(), {"calls", "events", "15"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out,
            "SEQUENCE  TIME                      KIND    DETAIL                     OUTCOME  CALL "
            "STATUS  EVENT\n"
            "       7  2025-05-01T12:00:00Z      status  In Progress (in-progress)  applied  In "
            "Progress  e1\n"
            "     120  2025-05-01T12:00:01.005Z  hangup  user initiated             late     "
            "Failed       e2\n"
            "     121  2025-05-01T12:00:02Z      report  customer-ended-call        applied  "
            "Completed    e3\n"
            "     122  2025-05-01T12:00:03Z      notice  hang                       stale    "
            "Completed    e4\n");
}

TEST(CallHistoryCommandsTest, TranscriptShowsWhatWasSaidOnOneLineEach) {
  FakeCallEventService service;
  service.calls["calls/15"];
  service.transcript_entries["calls/15"] = {
      Parse<v1::TranscriptEntry>(R"pb(role: "assistant"
                                      content: "Hello!\nHow are you?"
                                      start_offset { seconds: 1 })pb"),
      Parse<v1::TranscriptEntry>(R"pb(role: "human"
                                      content: "\x1b]0;pwned\x07 Fine."
                                      start_offset { seconds: 65 nanos: 280000000 })pb")};
  const ProgramResult result = RunCallctl(service.address(), {"calls", "transcript", "15"});
  EXPECT_EQ(result.out,
            " OFFSET  ROLE       TEXT\n"
            "     1s  assistant  Hello!\\nHow are you?\n"
            "1m5.28s  human      \\x1b]0;pwned\\x07 Fine.\n");
}

TEST(CallHistoryCommandsTest, AttemptsShowsEachAttempt) {  // O5
  FakeCallEventService service;
  service.calls["calls/15"];
  service.call_attempts["calls/15"] = {
      Parse<v1::CallAttempt>(R"pb(provider_call_id: "a"
                                  status: CALL_STATUS_MISSED
                                  outcome: CALL_OUTCOME_MISSED)pb"),
      Parse<v1::CallAttempt>(R"pb(
        provider_call_id: "b"
        newest: true
        status: CALL_STATUS_COMPLETED
        cost_usd: "0.1"
        begin_time { seconds: 1746100800 }
        duration { seconds: 61 }
        transcript_entries {}
        transcript_entries {})pb")};
  const ProgramResult result = RunCallctl(service.address(), {"calls", "attempts", "15"});
  EXPECT_EQ(result.out,
            "PROVIDER CALL  NEWEST  BEGAN                 STATUS     OUTCOME  DURATION  COST  "
            "TRANSCRIPT  ENDED REASON\n"
            "a              no      -                     Missed     missed          -     -  "
            "         0  -\n"
            "b              yes     2025-05-01T12:00:00Z  Completed  -            1m1s  $0.1  "
            "         2  -\n");
}

TEST(CallHistoryCommandsTest, JsonHasAllPagesOfAList) {
  FakeCallEventService service;
  service.calls["calls/15"];
  service.transcript_entries["calls/15"].resize(1201);
  const ProgramResult result =
      RunCallctl(service.address(), {"calls", "transcript", "15", "--output=json"});
  EXPECT_EQ(json::parse(result.out)["transcriptEntries"].size(), 1201U);
}

TEST(CallHistoryCommandsTest, ACallWithoutATranscriptIsNoError) {
  FakeCallEventService service;
  service.calls["calls/15"];
  const ProgramResult result = RunCallctl(service.address(), {"calls", "transcript", "15"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "callctl: calls/15 has none\n");
}

}  // namespace
}  // namespace autopulse::callevents::callctl
