#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "services/domain/transition.h"
#include "tests/domain/events.h"

// What one event does to the columns of a call besides its status.
namespace autopulse::callevents::domain {
namespace {

CallState After(const CallState& before, const CallEvent& event,
                ReportStatus report_status = ReportStatus::kCompleted) {
  return Transition(FoldState{.call = before}, event, {.report_status = report_status}).after.call;
}

CallState Talking(std::optional<absl::Time> start_time) {
  CallState call;
  call.status_word = "In Progress";
  call.start_time = start_time;
  return call;
}

TEST(TransitionEffectsTest, InProgressSetsTheStartTimeIfThereIsNone) {  // S3
  EXPECT_EQ(After({}, Told("e", 5, CallStatus::kInProgress)).start_time, At(5));
}

TEST(TransitionEffectsTest, InProgressKeepsTheStartTime) {  // S3
  EXPECT_EQ(After(Talking(At(1)), Told("e", 5, CallStatus::kInProgress)).start_time, At(1));
}

TEST(TransitionEffectsTest, NoOtherUpdateSetsTheStartTime) {  // S3
  for (const CallStatus told : {CallStatus::kReady, CallStatus::kRinging, CallStatus::kCompleted,
                                CallStatus::kFailed, CallStatus::kMissed}) {
    EXPECT_EQ(After({}, Told("e", 5, told)).start_time, std::nullopt) << ToWord(told);
  }
}

TEST(TransitionEffectsTest, EveryEndSetsTheEndTimeIfThereIsNone) {  // S4 and its addition
  for (const CallStatus told : {CallStatus::kCompleted, CallStatus::kFailed, CallStatus::kMissed}) {
    EXPECT_EQ(After(Talking(At(1)), Told("e", 9, told)).end_time, At(9)) << ToWord(told);
  }
}

TEST(TransitionEffectsTest, AnEndKeepsTheEndTimeAndTheDuration) {  // S4, S5
  CallState before = Talking(At(1));
  before.end_time = At(4);
  before.duration_sec = 77;
  const CallState after = After(before, Told("e", 9, CallStatus::kCompleted));
  EXPECT_EQ(after.end_time, At(4));
  EXPECT_EQ(after.duration_sec, 77);
}

TEST(TransitionEffectsTest, ALiveUpdateSetsNoEndTime) {  // S4
  for (const CallStatus told :
       {CallStatus::kReady, CallStatus::kRinging, CallStatus::kInProgress}) {
    EXPECT_EQ(After(Talking(At(1)), Told("e", 9, told)).end_time, std::nullopt);
  }
}

TEST(TransitionEffectsTest, TheDurationIsTheWholeSecondsBetween) {  // S5
  EXPECT_EQ(After(Talking(At(1)), Told("e", 9.999, CallStatus::kCompleted)).duration_sec, 8);
}

TEST(TransitionEffectsTest, TheDurationIsNeverNegative) {  // S5
  EXPECT_EQ(After(Talking(At(9)), Told("e", 1, CallStatus::kCompleted)).duration_sec, 0);
  EXPECT_EQ(WholeSeconds(At(9), At(1)), 0);
}

TEST(TransitionEffectsTest, WithoutAStartTheDurationStaysUnknown) {  // S5
  EXPECT_EQ(After({}, Told("e", 9, CallStatus::kMissed)).duration_sec, std::nullopt);
}

TEST(TransitionEffectsTest, AHangupSetsEndTimeAndDuration) {  // H2
  const CallState after = After(Talking(At(1)), HungUp("h", 11, HangupReason::kOther));
  EXPECT_EQ(after.end_time, At(11));
  EXPECT_EQ(after.duration_sec, 10);
}

TEST(TransitionEffectsTest, AHangupKeepsTheEndTimeThatIsKnown) {  // H2
  CallState before = Talking(At(1));
  before.status_word = "Completed";
  before.end_time = At(4);
  before.duration_sec = 3;
  const CallState after = After(before, HungUp("h", 11, HangupReason::kUserInitiated));
  EXPECT_EQ(after.end_time, At(4));
  EXPECT_EQ(after.duration_sec, 3);
}

TEST(TransitionEffectsTest, ReportedTimesReplaceTheStoredOnes) {  // R2
  CallState before = Talking(At(1));
  before.end_time = At(4);
  EndOfCallReport report;
  report.start_time = At(2);
  report.end_time = At(8);
  const CallState after = After(before, Reported("r", 20, report));
  EXPECT_EQ(after.start_time, At(2));
  EXPECT_EQ(after.end_time, At(8));
}

TEST(TransitionEffectsTest, WhatAReportDoesNotGiveStays) {  // R2, R3, R5, V10, V11
  CallState before = Talking(At(1));
  before.end_time = At(4);
  before.duration_ms = 3210;
  before.cost = Decimal{1053};
  before.ended_reason = "old";
  before.recording_url = "https://old";
  before.recording_expire_time = At(100);
  before.provider_call_id = "p";
  before.analysis_summary = "s";
  before.analysis_success_evaluation = "true";
  before.analysis_structured_data = "{}";
  CallState expected = before;
  expected.status_word = "Completed";
  expected.duration_sec = 3;
  expected.outcome = CallOutcome::kAnswered;
  EXPECT_EQ(After(before, Reported("r", 20)), expected);
}

TEST(TransitionEffectsTest, WhatAReportGivesReplacesWhatIsStored) {  // R3, R5, V7, V10, V11
  CallState before = Talking(At(1));
  before.duration_ms = 1;
  before.cost = Decimal{1};
  before.ended_reason = "old";
  before.recording_url = "https://old";
  before.recording_expire_time = At(100);
  before.provider_call_id = "old";
  before.analysis_summary = "old";
  before.analysis_success_evaluation = "old";
  before.analysis_structured_data = "old";
  EndOfCallReport report;
  report.duration_ms = 0;
  report.cost = Decimal{0};
  report.ended_reason = std::string(121, 'x');
  report.recording_url = "https://new";
  report.analysis_summary = "new summary";
  report.analysis_success_evaluation = "7";
  report.analysis_structured_data = "[1]";
  const CallState after = After(before, Of("new", Reported("r", 20, report)));
  EXPECT_EQ(after.duration_ms, 0);
  EXPECT_EQ(after.cost, Decimal{0});
  EXPECT_EQ(after.ended_reason, std::string(121, 'x'));
  EXPECT_EQ(after.recording_url, "https://new");
  EXPECT_EQ(after.recording_expire_time, std::nullopt) << "the old one is of the old recording";
  EXPECT_EQ(after.provider_call_id, "new");
  EXPECT_EQ(after.analysis_summary, "new summary");
  EXPECT_EQ(after.analysis_success_evaluation, "7");
  EXPECT_EQ(after.analysis_structured_data, "[1]");
}

TEST(TransitionEffectsTest, ARecordingsExpiryIsKeptBesideIt) {  // V10
  EndOfCallReport report;
  report.recording_url = "https://new";
  report.recording_expire_time = At(3600);
  EXPECT_EQ(After({}, Reported("r", 20, report)).recording_expire_time, At(3600));
}

TEST(TransitionEffectsTest, AReportWithoutAnEndSetsItToItsOwnTimeIfThereIsNone) {  // S4, addition
  const CallState after = After(Talking(At(1)), Reported("r", 20.5));
  EXPECT_EQ(after.end_time, At(20.5));
  EXPECT_EQ(after.duration_sec, 19);
}

TEST(TransitionEffectsTest, TheReportedDurationComesBeforeTheComputedOne) {  // R4
  EndOfCallReport report;
  report.start_time = At(0);
  report.end_time = At(60);
  report.duration_sec = 59;
  EXPECT_EQ(After({}, Reported("r", 70, report)).duration_sec, 59);
}

TEST(TransitionEffectsTest, WithoutAReportedDurationItIsEndMinusStart) {  // R4
  CallState before = Talking(At(10));
  before.duration_sec = 999;
  EndOfCallReport report;
  report.end_time = At(69.9);
  EXPECT_EQ(After(before, Reported("r", 80, report)).duration_sec, 59);
}

TEST(TransitionEffectsTest, AComputedDurationIsNeverNegative) {  // R4
  EndOfCallReport report;
  report.start_time = At(60);
  report.end_time = At(0);
  EXPECT_EQ(After({}, Reported("r", 70, report)).duration_sec, 0);
}

TEST(TransitionEffectsTest, WithoutAStartTheStoredDurationStays) {  // R4
  CallState before;
  before.duration_sec = 12;
  EXPECT_EQ(After(before, Reported("r", 70)).duration_sec, 12);
}

TEST(TransitionEffectsTest, AnyAppliedEventStoresItsProviderCallId) {  // R5, the addition
  for (const CallEvent& event : {Told("e", 1, CallStatus::kRinging),
                                 HungUp("e", 1, HangupReason::kOther), Reported("e", 1)}) {
    EXPECT_EQ(After({}, Of("p", event)).provider_call_id, "p");
  }
}

TEST(TransitionEffectsTest, AnUpdatesReasonIsStoredUntilAReportsReplacesIt) {  // V7
  CallState call = After(Talking(At(1)), ToldWhy("e", 2, CallStatus::kCompleted, "first",
                                                 EndedReasonGroup::kAnswered));
  EXPECT_EQ(call.ended_reason, "first");
  EndOfCallReport report;
  call = After(call, Reported("r", 3, report));
  EXPECT_EQ(call.ended_reason, "first");
  report.ended_reason = "second";
  EXPECT_EQ(After(call, Reported("s", 4, report)).ended_reason, "second");
}

TEST(TransitionEffectsTest, TheOutcomeFollowsTheReasonInBothModes) {  // P1
  EndOfCallReport report;
  report.ended_reason = "customer-did-not-answer";
  report.ended_reason_group = EndedReasonGroup::kMissed;
  for (const ReportStatus mode : {ReportStatus::kCompleted, ReportStatus::kEndedReason}) {
    EXPECT_EQ(After({}, Reported("r", 3, report), mode).outcome, CallOutcome::kMissed);
  }
}

TEST(TransitionEffectsTest, TheOutcomeGoesByTheFoldedStartTime) {  // P1
  EndOfCallReport report;
  report.ended_reason = "silence-timed-out";
  report.ended_reason_group = EndedReasonGroup::kAnsweredIfStartedElseFailed;
  EXPECT_EQ(After({}, Reported("r", 3, report)).outcome, CallOutcome::kFailed);
  EXPECT_EQ(After(Talking(At(1)), Reported("r", 3, report)).outcome, CallOutcome::kAnswered);
}

TEST(TransitionEffectsTest, WithoutAReasonTheOutcomeFollowsTheStatus) {  // P1
  EXPECT_EQ(After({}, Reported("r", 3)).outcome, CallOutcome::kAnswered);
  EXPECT_EQ(After({}, Told("e", 3, CallStatus::kMissed)).outcome, CallOutcome::kMissed);
  EXPECT_EQ(After({}, HungUp("h", 3, HangupReason::kOther)).outcome, CallOutcome::kFailed);
}

TEST(TransitionEffectsTest, BeforeTheEndThereIsNoOutcome) {  // P1
  const CallEvent event =
      ToldWhy("e", 1, CallStatus::kInProgress, "reason", EndedReasonGroup::kFailed);
  EXPECT_EQ(After({}, event).outcome, CallOutcome::kUnspecified);
}

}  // namespace
}  // namespace autopulse::callevents::domain
