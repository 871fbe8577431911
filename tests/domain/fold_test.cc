#include "services/domain/fold.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/domain/events.h"
#include "tests/domain/model_store.h"

// Calls of one attempt. Redials are in fold_attempts_test.cc.
namespace autopulse::callevents::domain {
namespace {

constexpr auto kApplied = EventOutcome::kApplied;
constexpr auto kLate = EventOutcome::kLate;
constexpr auto kStale = EventOutcome::kStale;

// The report's fields that tell one report from another.
EndOfCallReport ReportEndedBy(const std::string& reason) {
  EndOfCallReport report;
  report.ended_reason = reason;
  return report;
}

TEST(FoldTest, EventsInOrderAreApplied) {  // O3
  ModelStore store;
  EXPECT_EQ(store.Arrive(Told("a", 1, CallStatus::kRinging)), kApplied);
  EXPECT_EQ(store.Arrive(Told("b", 2, CallStatus::kInProgress)), kApplied);
  EXPECT_EQ(store.Arrive(Told("c", 9, CallStatus::kCompleted)), kApplied);
  EXPECT_EQ(store.row.status_word, "Completed");
  EXPECT_EQ(store.row.start_time, At(2));
  EXPECT_EQ(store.row.end_time, At(9));
  EXPECT_EQ(store.row.duration_sec, 7);
}

TEST(FoldTest, AnOldUpdateThatChangesNothingIsStale) {  // O3
  ModelStore store;
  store.Arrive(Told("b", 2, CallStatus::kInProgress));
  EXPECT_EQ(store.Arrive(Told("a", 1, CallStatus::kRinging)), kStale);
  EXPECT_EQ(store.row.status_word, "In Progress");
  EXPECT_EQ(store.row_writes, 1);
}

TEST(FoldTest, AnOldUpdateThatWouldHaveSetTheStartIsLate) {  // O3, S3
  ModelStore store;
  store.Arrive(Told("c", 9, CallStatus::kCompleted));
  EXPECT_EQ(store.row.duration_sec, std::nullopt);
  EXPECT_EQ(store.Arrive(Told("b", 2, CallStatus::kInProgress)), kLate);
  EXPECT_EQ(store.row.status_word, "Completed");
  EXPECT_EQ(store.row.start_time, At(2));
  EXPECT_EQ(store.row.duration_sec, 7);
}

TEST(FoldTest, AnUpdateAfterTheEndIsStale) {  // O2
  ModelStore store;
  store.Arrive(Told("c", 9, CallStatus::kCompleted));
  EXPECT_EQ(store.Arrive(Told("d", 10, CallStatus::kInProgress)), kStale);
  EXPECT_EQ(store.Arrive(Told("e", 11, CallStatus::kFailed)), kStale);
  EXPECT_EQ(store.row.status_word, "Completed");
  EXPECT_EQ(store.row.start_time, std::nullopt);
}

TEST(FoldTest, AnEarlierEndThatComesLateTakesThePlaceOfTheLaterOne) {  // O2, O3
  ModelStore store;
  store.Arrive(Told("b", 9, CallStatus::kFailed));
  EXPECT_EQ(store.Arrive(Told("a", 5, CallStatus::kMissed)), kLate);
  EXPECT_EQ(store.row.status_word, "Missed");
  EXPECT_EQ(store.row.end_time, At(5));
}

TEST(FoldTest, AnEarlyStartIsNotMissedByALateReport) {  // O3
  ModelStore store;
  store.Arrive(Reported("r", 20));
  EXPECT_EQ(store.Arrive(Told("b", 2, CallStatus::kInProgress)), kLate);
  EXPECT_EQ(store.row.start_time, At(2));
  EXPECT_EQ(store.row.duration_sec, 18);
}

TEST(FoldTest, AHangupThatComesLateDoesNotUndoTheReport) {  // O3, R1
  ModelStore store;
  store.Arrive(Reported("r", 20));
  EXPECT_EQ(store.Arrive(HungUp("h", 10, HangupReason::kOther)), kLate);  // it sets the end
  EXPECT_EQ(store.row.status_word, "Completed");
  EXPECT_EQ(store.row.end_time, At(10));
}

TEST(FoldTest, AHangupAfterTheReportMakesTheCallFailed) {  // H1
  ModelStore store;
  store.Arrive(Reported("r", 20));
  EXPECT_EQ(store.Arrive(HungUp("h", 21, HangupReason::kOther)), kApplied);
  EXPECT_EQ(store.row.status_word, "Failed");
}

TEST(FoldTest, HangupThenCompletedIsCompletedInEitherOrderOfArrival) {  // O2, O3
  const CallEvent hangup = HungUp("h", 9, HangupReason::kUserInitiated);
  const CallEvent completed = Told("c", 10, CallStatus::kCompleted);
  ModelStore in_order;
  EXPECT_EQ(in_order.Arrive(hangup), kApplied);
  EXPECT_EQ(in_order.row.status_word, "Failed");
  EXPECT_EQ(in_order.Arrive(completed), kApplied);
  ModelStore swapped;
  EXPECT_EQ(swapped.Arrive(completed), kApplied);
  EXPECT_EQ(swapped.Arrive(hangup), kLate);
  EXPECT_EQ(in_order.row.status_word, "Completed");
  EXPECT_EQ(swapped.row, in_order.row);
}

TEST(FoldTest, AtTheSameTimeTheKindDecides) {  // O3
  StatusUpdate forwarding;
  forwarding.call_status = CallStatus::kInProgress;
  forwarding.forwarding = true;
  forwarding.ended_reason = "forwarded";
  // In their order; the ids would say the opposite.
  const std::vector<CallEvent> events = {
      Told("z", 1, CallStatus::kReady),          Told("y", 1, CallStatus::kRinging),
      Told("x", 1, CallStatus::kInProgress),     Event("w", 1, forwarding),
      Told("v", 1, CallStatus::kCompleted),      HungUp("u", 1, HangupReason::kOther),
      Reported("t", 1, ReportEndedBy("report")),
  };
  for (std::size_t last = 0; last < events.size(); ++last) {
    ModelStore store;
    for (std::size_t i = last + 1; i-- > 0;) store.Arrive(events[i]);
    EXPECT_EQ(store.Attempts().front().last_event_id, events[last].event_id);
  }
}

TEST(FoldTest, AtTheSameTimeAndKindTheIdDecides) {  // O3
  ModelStore store;
  store.Arrive(Reported("b", 1, ReportEndedBy("of b")));
  EXPECT_EQ(store.Arrive(Reported("a", 1, ReportEndedBy("of a"))), kStale);
  EXPECT_EQ(store.row.ended_reason, "of b");
}

TEST(FoldTest, OfTwoReportsTheNewersFieldsWin) {  // O4
  EndOfCallReport first = ReportEndedBy("first");
  first.cost = Decimal{1};
  first.recording_url = "https://first";
  EndOfCallReport second = ReportEndedBy("second");
  second.cost = Decimal{2};
  ModelStore store;
  EXPECT_EQ(store.Arrive(Reported("s", 200, second)), kApplied);
  EXPECT_EQ(store.Arrive(Reported("r", 20, first)), kLate);
  EXPECT_EQ(store.row.ended_reason, "second");
  EXPECT_EQ(store.row.cost, Decimal{2});
  EXPECT_EQ(store.row.recording_url, "https://first") << "what the newer lacks erases nothing";
}

TEST(FoldTest, TheTranscriptIsThatOfTheNewestReportThatHasOne) {  // O4
  ModelStore store;
  store.Arrive(Reported("b", 20, ReportSaying("second")));
  EXPECT_EQ(store.transcript_event_id, "b");
  store.Arrive(Reported("a", 10, ReportSaying("first")));
  EXPECT_EQ(store.transcript_event_id, "b");
  store.Arrive(Reported("c", 30));
  EXPECT_EQ(store.transcript_event_id, "b");
  store.Arrive(Reported("d", 40, ReportSaying("third")));
  EXPECT_EQ(store.transcript_event_id, "d");
}

TEST(FoldTest, AnOldReportThatBringsTheOnlyTranscriptIsLate) {  // O4
  ModelStore store;
  store.Arrive(Reported("b", 20));
  EXPECT_EQ(store.Arrive(Reported("a", 10, ReportSaying("first"))), kLate);
  EXPECT_EQ(store.transcript_event_id, "a");
}

TEST(FoldTest, ANoticeIsStaleAndNeverMakesAnEventLate) {  // V2
  ModelStore store;
  EXPECT_EQ(store.Arrive(Event("n", 50, Notice{.kind = "hang"})), kStale);
  EXPECT_EQ(store.Arrive(Told("a", 1, CallStatus::kRinging)), kApplied);
  EXPECT_EQ(store.Arrive(Event("m", 0, Notice{.kind = "hang"})), kStale);
  EXPECT_EQ(store.row_writes, 1);
  EXPECT_EQ(store.Attempts().size(), 1u);
}

TEST(FoldTest, ARepeatWritesNothing) {  // O1
  ModelStore store;
  store.Arrive(Told("a", 1, CallStatus::kRinging));
  store.Arrive(Told("b", 2, CallStatus::kInProgress));
  EXPECT_EQ(store.Arrive(Told("a", 1, CallStatus::kRinging)), std::nullopt);
  EXPECT_EQ(store.row_writes, 2);
}

TEST(FoldTest, AnAppliedEventIsMirroredEvenIfTheStatusStays) {  // M1
  ModelStore store;
  store.row.status_word = "Completed";
  EXPECT_EQ(store.Arrive(HungUp("h", 1, HangupReason::kUserInitiated)), kApplied);
  EXPECT_EQ(store.service_record_word, "Completed");
}

TEST(FoldTest, ALateEventIsMirrored) {  // M1
  ModelStore store;
  store.Arrive(Told("c", 9, CallStatus::kCompleted));
  store.service_record_word = "Invoiced";  // another program's
  EXPECT_EQ(store.Arrive(Told("b", 2, CallStatus::kInProgress)), kLate);
  EXPECT_EQ(store.service_record_word, "Completed");
}

TEST(FoldTest, AStaleEventIsNotMirrored) {  // M1
  ModelStore store;
  store.row.status_word = "Completed";
  EXPECT_EQ(store.Arrive(Told("a", 1, CallStatus::kRinging)), kStale);
  EXPECT_EQ(store.Arrive(Event("n", 2, Notice{.kind = "hang"})), kStale);
  EXPECT_EQ(store.service_record_word, "Scheduled");
  EXPECT_EQ(store.row_writes, 0);
}

TEST(FoldTest, AnEventThatChangesOnlyWhetherTheRecordIsMirroredIsLate) {  // M1, O3
  // In order, the hangup on purpose is applied and the record mirrored; the second changes nothing.
  ModelStore store;
  store.row.status_word = "Completed";
  store.row.end_time = At(0);
  store.row.outcome = CallOutcome::kAnswered;
  EXPECT_EQ(store.Arrive(Told("b", 5, CallStatus::kRinging)), kStale);
  EXPECT_EQ(store.Arrive(HungUp("h", 1, HangupReason::kUserInitiated)), kLate);
  EXPECT_EQ(store.service_record_word, "Completed");
}

TEST(FoldTest, TheFoldBeginsWithTheRowAsItStood) {  // O3, the base
  CallState row;
  row.status_word = "In Progress";
  row.start_time = At(-10);
  row.recording_url = "https://other.program";
  ModelStore store(row);
  store.Arrive(Told("c", 9, CallStatus::kCompleted));
  EXPECT_EQ(store.Arrive(Told("a", 1, CallStatus::kInProgress)), kStale);
  EXPECT_EQ(store.row.start_time, At(-10));
  EXPECT_EQ(store.row.duration_sec, 19);
  EXPECT_EQ(store.row.recording_url, "https://other.program");
}

TEST(FoldTest, AWordOfAnotherProgramGivesWayToTheFirstEvent) {  // O3, S2
  CallState row;
  row.status_word = "Scheduled";
  ModelStore store(row);
  EXPECT_EQ(store.Arrive(Told("a", 1, CallStatus::kReady)), kApplied);
  EXPECT_EQ(store.row.status_word, "Ready");
}

TEST(FoldTest, WhatAnotherProgramWroteStaysWhereTheFoldDoesNotDiffer) {  // O3
  ModelStore store;
  store.Arrive(Told("a", 1, CallStatus::kInProgress));
  store.row.recording_url = "https://other.program";
  store.row.start_time = At(0.5);
  store.row.cost = Decimal{7};
  store.row.analysis_summary = "by hand";
  store.Arrive(Told("b", 9, CallStatus::kCompleted));
  EXPECT_EQ(store.row.recording_url, "https://other.program");
  EXPECT_EQ(store.row.start_time, At(0.5));
  EXPECT_EQ(store.row.cost, Decimal{7});
  EXPECT_EQ(store.row.analysis_summary, "by hand");
  EXPECT_EQ(store.row.duration_sec, 8) << "by the fold, which knows of its own start only";
}

TEST(FoldTest, AnEventWritesTheStatusOverAnotherPrograms) {  // O3
  ModelStore store;
  store.Arrive(Told("a", 1, CallStatus::kRinging));
  store.row.status_word = "Rescheduled";
  store.Arrive(Told("b", 2, CallStatus::kRinging));
  EXPECT_EQ(store.row.status_word, "Ringing");
}

TEST(FoldTest, AStaleEventLeavesAnotherProgramsStatus) {  // O3, M1
  ModelStore store;
  store.Arrive(Told("b", 9, CallStatus::kCompleted));
  store.row.status_word = "Archived";
  EXPECT_EQ(store.Arrive(Told("c", 10, CallStatus::kRinging)), kStale);
  EXPECT_EQ(store.row.status_word, "Archived");
}

TEST(FoldTest, AReportMayBeToldToGoByItsReason) {  // P1
  EndOfCallReport report = ReportEndedBy("customer-did-not-answer");
  report.ended_reason_group = EndedReasonGroup::kMissed;
  ModelStore store({}, {.report_status = ReportStatus::kEndedReason});
  store.Arrive(Reported("r", 20, report));
  EXPECT_EQ(store.row.status_word, "Missed");
  EXPECT_EQ(store.row.outcome, CallOutcome::kMissed);
}

TEST(FoldTest, WithoutEventsTheStateIsTheBase) {
  CallHistory history;
  history.base.call.status_word = "Scheduled";
  const FoldedCall folded = Fold(history, {});
  EXPECT_EQ(folded.state, history.base.call);
  EXPECT_TRUE(folded.attempts.empty());
  EXPECT_FALSE(folded.mirrored);
}

}  // namespace
}  // namespace autopulse::callevents::domain
