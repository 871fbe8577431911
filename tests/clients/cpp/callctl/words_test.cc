#include "clients/cpp/callctl/words.h"

#include <gtest/gtest.h>

#include <string>

namespace autopulse::callevents::callctl {
namespace {

TEST(WordsTest, StatusWordsAreThoseOfTheDocument) {  // S1
  EXPECT_EQ(StatusWord(v1::CALL_STATUS_READY), "Ready");
  EXPECT_EQ(StatusWord(v1::CALL_STATUS_RINGING), "Ringing");
  EXPECT_EQ(StatusWord(v1::CALL_STATUS_IN_PROGRESS), "In Progress");
  EXPECT_EQ(StatusWord(v1::CALL_STATUS_COMPLETED), "Completed");
  EXPECT_EQ(StatusWord(v1::CALL_STATUS_FAILED), "Failed");
  EXPECT_EQ(StatusWord(v1::CALL_STATUS_MISSED), "Missed");
}

TEST(WordsTest, AnotherProgramsStatusIsShownAsItIs) {
  EXPECT_EQ(StatusWord(v1::CALL_STATUS_UNSPECIFIED, "Scheduled"), "Scheduled");
}

TEST(WordsTest, AStatusWithoutTextIsShownByItsEnum) {
  EXPECT_EQ(StatusWord(v1::CALL_STATUS_IN_PROGRESS, ""), "In Progress");
}

TEST(WordsTest, AnUnspecifiedValueHasNoWord) {
  EXPECT_EQ(StatusWord(v1::CALL_STATUS_UNSPECIFIED), "");
  EXPECT_EQ(OutcomeWord(v1::CALL_OUTCOME_UNSPECIFIED), "");
}

TEST(WordsTest, AValueThatIsNewerThanTheProgramIsShownByItsNumber) {
  EXPECT_EQ(OutcomeWord(static_cast<v1::CallOutcome>(77)), "77");
}

TEST(WordsTest, OutcomesAndReasonsAreInLowerCase) {
  EXPECT_EQ(OutcomeWord(v1::CALL_OUTCOME_ANSWERED), "answered");
  EXPECT_EQ(OutcomeWord(v1::CALL_EVENT_OUTCOME_LATE), "late");
  EXPECT_EQ(ReasonWord(v1::HANGUP_REASON_USER_INITIATED), "user initiated");
}

TEST(WordsTest, AStatusIsReadInAnyOfItsForms) {
  for (const std::string word : {"in-progress", "In Progress", "IN_PROGRESS", "in progress",
                                 "CALL_STATUS_IN_PROGRESS", " in-progress "}) {
    const auto call_status = ParseCallStatus(word);
    ASSERT_TRUE(call_status.ok()) << word;
    EXPECT_EQ(*call_status, v1::CALL_STATUS_IN_PROGRESS) << word;
  }
}

TEST(WordsTest, AWordThatIsNoStatusIsRefusedWithThoseThatAre) {
  for (const std::string word : {"", "complted", "unspecified", "CALL_STATUS_UNSPECIFIED"}) {
    const auto call_status = ParseCallStatus(word);
    EXPECT_EQ(call_status.status().message(),
              "'" + word + "' is none of ready, ringing, in-progress, completed, failed, missed");
  }
}

TEST(WordsTest, AnOutcomeIsRead) {
  EXPECT_EQ(*ParseCallOutcome("Missed"), v1::CALL_OUTCOME_MISSED);
  EXPECT_FALSE(ParseCallOutcome("ringing").ok());
}

}  // namespace
}  // namespace autopulse::callevents::callctl
