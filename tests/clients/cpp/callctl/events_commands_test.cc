#include "clients/cpp/callctl/events_commands.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/clients/cpp/callctl/callctl_program.h"
#include "tests/clients/cpp/fake_call_event_service.h"

namespace autopulse::callevents::callctl {
namespace {

using nlohmann::json;
using tests::FakeCallEventService;
using tests::ProgramResult;
using tests::RunCallctl;

class EventsGetTest : public ::testing::Test {
 protected:
  EventsGetTest() {
    v1::CallEvent& event = service_.events["calls/15"].emplace_back();
    event.set_name("calls/15/events/e1");
    event.set_sequence(7);
    event.set_outcome(v1::CALL_EVENT_OUTCOME_LATE);
    event.set_call_status(v1::CALL_STATUS_FAILED);
    event.set_provider("vapi");
    event.mutable_event_time()->set_seconds(1746100800);
    event.mutable_hangup()->set_reason(v1::HANGUP_REASON_USER_INITIATED);
  }

  FakeCallEventService service_;
};

TEST_F(EventsGetTest, ShowsAnEventByItsShortName) {
  const ProgramResult result = RunCallctl(service_.address(), {"events", "get", "15/e1"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out,
            "event:        calls/15/events/e1\n"
            "sequence:     7\n"
            "kind:         hangup\n"
            "detail:       user initiated\n"
            "outcome:      late\n"
            "call status:  Failed\n"
            "provider:     vapi\n"
            "happened:     2025-05-01T12:00:00Z\n");
}

TEST_F(EventsGetTest, InJsonItIsTheMessageOfTheApi) {
  const ProgramResult result =
      RunCallctl(service_.address(), {"events", "get", "calls/15/events/e1", "-o", "json"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(json::parse(result.out)["hangup"]["reason"], "HANGUP_REASON_USER_INITIATED");
}

TEST_F(EventsGetTest, AnEventThatIsNotThereIsExitCode5) {
  const ProgramResult result = RunCallctl(service_.address(), {"events", "get", "15/e2"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "callctl: calls/15/events/e2 not found\n");
}

}  // namespace
}  // namespace autopulse::callevents::callctl
