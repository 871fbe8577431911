#include "persistence/maintenance/refold_report.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "services/domain/call.h"

namespace autopulse::callevents::persistence::maintenance {
namespace {

TEST(RefoldReportTest, EveryColumnIsShownByItsNameInTheTables) {
  core::RefoldedCall call;
  call.call_id = 15;
  call.compared.written.set();
  call.was.status_word = "Ready";
  domain::CallState& wanted = call.wanted;
  wanted.status_word = "Completed";
  wanted.start_time = absl::UnixEpoch() + absl::Seconds(1);
  wanted.end_time = absl::UnixEpoch() + absl::Seconds(2);
  wanted.duration_sec = 3;
  wanted.duration_ms = 4;
  wanted.recording_url = "12345";
  wanted.recording_expire_time = absl::UnixEpoch() + absl::Seconds(6);
  wanted.provider_call_id = "provider";
  wanted.ended_reason = "reason";
  wanted.cost = domain::Decimal{70'000};
  wanted.outcome = domain::CallOutcome::kAnswered;
  wanted.analysis_summary = "12345678";
  wanted.analysis_success_evaluation = "123456789";
  wanted.analysis_structured_data = "1234567890";
  EXPECT_EQ(WrittenLine(call),
            "calls/15 status: Ready -> Completed, start_time: none -> 1970-01-01 00:00:01.000000, "
            "end_time: none -> 1970-01-01 00:00:02.000000, duration_sec: none -> 3, "
            "duration_ms: none -> 4, recording_url: none -> (5 bytes), "
            "recording_expire_time: none -> 1970-01-01 00:00:06.000000, "
            "vapi_call_id: none -> provider, ended_reason: none -> reason, cost: none -> 7, "
            "outcome: none -> ANSWERED, analysis_summary: none -> (8 bytes), "
            "analysis_success_evaluation: none -> (9 bytes), "
            "analysis_structured_data: none -> (10 bytes)");
}

}  // namespace
}  // namespace autopulse::callevents::persistence::maintenance
