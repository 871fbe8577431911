#include "services/domain/transition.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/domain/events.h"

// Where one event takes a call: the status. What it does to the other columns is in
// transition_effects_test.cc.
namespace autopulse::callevents::domain {
namespace {

constexpr CallStatus kOverStatuses[] = {CallStatus::kCompleted, CallStatus::kFailed,
                                        CallStatus::kMissed};
constexpr CallStatus kLiveStatuses[] = {CallStatus::kReady, CallStatus::kRinging,
                                        CallStatus::kInProgress};

FoldState AtWord(std::string word) {
  FoldState state;
  state.call.status_word = std::move(word);
  return state;
}

FoldState AtStatus(CallStatus call_status) { return AtWord(std::string(ToWord(call_status))); }

Changes After(const FoldState& before, const CallEvent& event,
              ReportStatus report_status = ReportStatus::kCompleted) {
  return Transition(before, event, {.report_status = report_status});
}

TEST(TransitionTest, AnUpdateTakesALiveCallToAnyStatus) {  // S2
  for (const CallStatus from : kLiveStatuses) {
    for (const CallStatus told : kCallStatuses) {
      const Changes changes = After(AtStatus(from), Told("e", 1, told));
      EXPECT_TRUE(changes.applied);
      EXPECT_EQ(changes.after.call.status(), told) << ToWord(from) << " told " << ToWord(told);
    }
  }
}

TEST(TransitionTest, ACallGoesBackwardsIfItsNewestUpdateSaysSo) {  // S2
  const Changes changes =
      After(AtStatus(CallStatus::kInProgress), Told("e", 1, CallStatus::kReady));
  EXPECT_EQ(changes.after.call.status_word, "Ready");
}

TEST(TransitionTest, AWordOfAnotherProgramIsACallThatIsNotOver) {  // S2, O2
  for (const CallStatus told : kCallStatuses) {
    EXPECT_EQ(After(AtWord("Scheduled"), Told("e", 1, told)).after.call.status(), told);
  }
}

TEST(TransitionTest, AnUpdateChangesNothingOnceTheCallIsOver) {  // O2
  for (const CallStatus over : kOverStatuses) {
    for (const CallStatus told : kCallStatuses) {
      const FoldState before = AtStatus(over);
      CallEvent event = ToldWhy("e", 1, told, "reason", EndedReasonGroup::kMissed);
      event.provider_call_id = "p";
      const Changes changes = After(before, event);
      EXPECT_FALSE(changes.applied) << ToWord(over) << " told " << ToWord(told);
      EXPECT_EQ(changes.after, before) << ToWord(over) << " told " << ToWord(told);
    }
  }
}

TEST(TransitionTest, CompletedStillReplacesTheFailedOfAHangupOnPurpose) {  // O2, the exception
  for (const HangupReason reason : {HangupReason::kUserInitiated, HangupReason::kSystemInitiated}) {
    const FoldState failed = After(AtStatus(CallStatus::kInProgress), HungUp("h", 1, reason)).after;
    EXPECT_EQ(failed.call.status(), CallStatus::kFailed);
    const Changes changes = After(failed, Told("e", 2, CallStatus::kCompleted));
    EXPECT_TRUE(changes.applied);
    EXPECT_EQ(changes.after.call.status(), CallStatus::kCompleted);
  }
}

TEST(TransitionTest, NoOtherUpdateReplacesTheFailedOfAHangupOnPurpose) {  // O2, the exception
  const FoldState failed =
      After(AtStatus(CallStatus::kInProgress), HungUp("h", 1, HangupReason::kUserInitiated)).after;
  for (const CallStatus told : kCallStatuses) {
    if (told == CallStatus::kCompleted) continue;
    EXPECT_FALSE(After(failed, Told("e", 2, told)).applied) << ToWord(told);
  }
}

TEST(TransitionTest, TheExceptionIsUsedUpByTheCompletedThatItLetThrough) {  // O2
  FoldState state =
      After(AtStatus(CallStatus::kRinging), HungUp("h", 1, HangupReason::kUserInitiated)).after;
  state = After(state, Told("c", 2, CallStatus::kCompleted)).after;
  EXPECT_FALSE(state.hung_up);
  EXPECT_FALSE(After(state, Told("f", 3, CallStatus::kFailed)).applied);
}

TEST(TransitionTest, ACallThatWasCutOffStaysFailedWhateverItIsTold) {  // O2, H1
  for (const HangupReason reason : {HangupReason::kUnspecified, HangupReason::kOther}) {
    const FoldState failed = After(AtStatus(CallStatus::kInProgress), HungUp("h", 1, reason)).after;
    EXPECT_FALSE(After(failed, Told("e", 2, CallStatus::kCompleted)).applied);
  }
}

TEST(TransitionTest, BeingCutOffAfterAHangupOnPurposeEndsTheException) {  // H1, O2
  FoldState state =
      After(AtStatus(CallStatus::kInProgress), HungUp("h", 1, HangupReason::kUserInitiated)).after;
  state = After(state, HungUp("i", 2, HangupReason::kOther)).after;
  EXPECT_FALSE(After(state, Told("e", 3, CallStatus::kCompleted)).applied);
}

TEST(TransitionTest, AHangupMakesTheCallFailed) {  // H1
  for (const HangupReason reason : {HangupReason::kUnspecified, HangupReason::kUserInitiated,
                                    HangupReason::kSystemInitiated, HangupReason::kOther}) {
    for (const CallStatus from : {CallStatus::kReady, CallStatus::kRinging, CallStatus::kInProgress,
                                  CallStatus::kFailed, CallStatus::kMissed}) {
      const Changes changes = After(AtStatus(from), HungUp("h", 1, reason));
      EXPECT_TRUE(changes.applied);
      EXPECT_EQ(changes.after.call.status(), CallStatus::kFailed) << ToWord(from);
    }
    EXPECT_EQ(After(AtWord("Scheduled"), HungUp("h", 1, reason)).after.call.status_word, "Failed");
  }
}

TEST(TransitionTest, NormalHangupKeepsCompletedCallCompleted) {  // H1
  for (const HangupReason reason : {HangupReason::kUserInitiated, HangupReason::kSystemInitiated}) {
    const Changes changes = After(AtStatus(CallStatus::kCompleted), HungUp("h", 1, reason));
    EXPECT_TRUE(changes.applied);
    EXPECT_EQ(changes.after.call.status(), CallStatus::kCompleted);
  }
}

TEST(TransitionTest, AnyOtherHangupMakesACompletedCallFailed) {  // H1
  for (const HangupReason reason : {HangupReason::kUnspecified, HangupReason::kOther}) {
    EXPECT_EQ(After(AtStatus(CallStatus::kCompleted), HungUp("h", 1, reason)).after.call.status(),
              CallStatus::kFailed);
  }
}

TEST(TransitionTest, AReportMakesTheCallCompletedWhateverItWas) {  // R1
  for (const char* word :
       {"Ready", "Ringing", "In Progress", "Completed", "Failed", "Missed", "Scheduled", ""}) {
    EndOfCallReport report;
    report.ended_reason = "customer-did-not-answer";
    report.ended_reason_group = EndedReasonGroup::kMissed;
    const Changes changes = After(AtWord(word), Reported("r", 1, report));
    EXPECT_TRUE(changes.applied);
    EXPECT_EQ(changes.after.call.status(), CallStatus::kCompleted) << word;
  }
}

TEST(TransitionTest, ANoticeChangesNothing) {  // V2
  for (const char* word : {"Ready", "In Progress", "Completed", "Scheduled"}) {
    const FoldState before = AtWord(word);
    CallEvent notice = Event("n", 1, Notice{.kind = "hang"});
    notice.provider_call_id = "p";
    const Changes changes = After(before, notice);
    EXPECT_FALSE(changes.applied);
    EXPECT_EQ(changes.after, before);
  }
}

struct ReasonCase {
  EndedReasonGroup group;
  bool started;
  CallStatus call_status;
};

constexpr ReasonCase kReasonCases[] = {
    {EndedReasonGroup::kUnspecified, false, CallStatus::kCompleted},
    {EndedReasonGroup::kAnswered, false, CallStatus::kCompleted},
    {EndedReasonGroup::kMissed, true, CallStatus::kMissed},
    {EndedReasonGroup::kFailed, true, CallStatus::kFailed},
    {EndedReasonGroup::kAnsweredIfStartedElseMissed, true, CallStatus::kCompleted},
    {EndedReasonGroup::kAnsweredIfStartedElseMissed, false, CallStatus::kMissed},
    {EndedReasonGroup::kAnsweredIfStartedElseFailed, true, CallStatus::kCompleted},
    {EndedReasonGroup::kAnsweredIfStartedElseFailed, false, CallStatus::kFailed},
};

TEST(TransitionTest, AReportGoesByItsReasonWhereTheOptionSaysSo) {  // P1
  for (const ReasonCase& row : kReasonCases) {
    FoldState before = AtStatus(CallStatus::kInProgress);
    if (row.started) before.call.start_time = At(0);
    EndOfCallReport report;
    report.ended_reason = "reason";
    report.ended_reason_group = row.group;
    const CallEvent event = Reported("r", 1, report);
    EXPECT_EQ(After(before, event, ReportStatus::kEndedReason).after.call.status(), row.call_status)
        << static_cast<int>(row.group) << row.started;
    EXPECT_EQ(After(before, event).after.call.status(), CallStatus::kCompleted);
  }
}

TEST(TransitionTest, TheReportsOwnStartTimeCountsForItsReason) {  // P1, R2
  EndOfCallReport report;
  report.start_time = At(0);
  report.ended_reason_group = EndedReasonGroup::kAnsweredIfStartedElseMissed;
  EXPECT_EQ(
      After(AtStatus(CallStatus::kRinging), Reported("r", 1, report), ReportStatus::kEndedReason)
          .after.call.status(),
      CallStatus::kCompleted);
}

TEST(TransitionTest, AReportWithoutAReasonGoesByTheReasonThatAnUpdateGave) {  // P1, V7
  const FoldState state = After(AtStatus(CallStatus::kRinging),
                                ToldWhy("e", 1, CallStatus::kCompleted, "customer-did-not-answer",
                                        EndedReasonGroup::kMissed),
                                ReportStatus::kEndedReason)
                              .after;
  EXPECT_EQ(After(state, Reported("r", 2), ReportStatus::kEndedReason).after.call.status(),
            CallStatus::kMissed);
}

TEST(TransitionTest, EndedGoesByItsReasonWhereTheOptionSaysSo) {  // V1, P1
  for (const ReasonCase& row : kReasonCases) {
    FoldState before = AtStatus(CallStatus::kInProgress);
    if (row.started) before.call.start_time = At(0);
    const CallEvent event = ToldWhy("e", 1, CallStatus::kCompleted, "reason", row.group);
    EXPECT_EQ(After(before, event, ReportStatus::kEndedReason).after.call.status(), row.call_status)
        << static_cast<int>(row.group) << row.started;
    EXPECT_EQ(After(before, event).after.call.status(), CallStatus::kCompleted);
  }
}

TEST(TransitionTest, OtherEndsAreWhatTheyAreWhateverTheReason) {  // S2, P1
  for (const CallStatus told : {CallStatus::kFailed, CallStatus::kMissed}) {
    EXPECT_EQ(After(AtStatus(CallStatus::kInProgress),
                    ToldWhy("e", 1, told, "reason", EndedReasonGroup::kAnswered),
                    ReportStatus::kEndedReason)
                  .after.call.status(),
              told);
  }
}

}  // namespace
}  // namespace autopulse::callevents::domain
