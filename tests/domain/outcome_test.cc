#include "services/domain/outcome.h"

#include <gtest/gtest.h>

namespace autopulse::callevents::domain {
namespace {

TEST(OutcomeTest, AGroupDecidesWithWhetherTheConversationHadBegun) {  // P1
  struct Row {
    EndedReasonGroup group;
    CallOutcome started;
    CallOutcome not_started;
  };
  constexpr Row kRows[] = {
      {EndedReasonGroup::kUnspecified, CallOutcome::kUnspecified, CallOutcome::kUnspecified},
      {EndedReasonGroup::kAnswered, CallOutcome::kAnswered, CallOutcome::kAnswered},
      {EndedReasonGroup::kMissed, CallOutcome::kMissed, CallOutcome::kMissed},
      {EndedReasonGroup::kFailed, CallOutcome::kFailed, CallOutcome::kFailed},
      {EndedReasonGroup::kAnsweredIfStartedElseMissed, CallOutcome::kAnswered,
       CallOutcome::kMissed},
      {EndedReasonGroup::kAnsweredIfStartedElseFailed, CallOutcome::kAnswered,
       CallOutcome::kFailed},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(OutcomeOf(row.group, true), row.started) << static_cast<int>(row.group);
    EXPECT_EQ(OutcomeOf(row.group, false), row.not_started) << static_cast<int>(row.group);
  }
}

TEST(OutcomeTest, WithoutAReasonItFollowsTheStatus) {  // P1
  EXPECT_EQ(OutcomeOf(CallStatus::kCompleted), CallOutcome::kAnswered);
  EXPECT_EQ(OutcomeOf(CallStatus::kMissed), CallOutcome::kMissed);
  EXPECT_EQ(OutcomeOf(CallStatus::kFailed), CallOutcome::kFailed);
}

TEST(OutcomeTest, ACallThatIsNotOverHasNone) {  // P1
  for (const CallStatus live : {CallStatus::kUnspecified, CallStatus::kReady, CallStatus::kRinging,
                                CallStatus::kInProgress}) {
    EXPECT_EQ(OutcomeOf(live), CallOutcome::kUnspecified) << ToWord(live);
  }
}

TEST(OutcomeTest, EachOutcomeHasItsStatus) {  // P1, R1
  EXPECT_EQ(StatusOf(CallOutcome::kAnswered), CallStatus::kCompleted);
  EXPECT_EQ(StatusOf(CallOutcome::kMissed), CallStatus::kMissed);
  EXPECT_EQ(StatusOf(CallOutcome::kFailed), CallStatus::kFailed);
  EXPECT_EQ(StatusOf(CallOutcome::kUnspecified), CallStatus::kCompleted);
}

}  // namespace
}  // namespace autopulse::callevents::domain
