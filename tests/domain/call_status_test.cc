#include "services/domain/call_status.h"

#include <gtest/gtest.h>

namespace autopulse::callevents::domain {
namespace {

TEST(CallStatusTest, TheStoredWordsAreTheDocuments) {  // S1
  EXPECT_EQ(ToWord(CallStatus::kReady), "Ready");
  EXPECT_EQ(ToWord(CallStatus::kRinging), "Ringing");
  EXPECT_EQ(ToWord(CallStatus::kInProgress), "In Progress");
  EXPECT_EQ(ToWord(CallStatus::kCompleted), "Completed");
  EXPECT_EQ(ToWord(CallStatus::kFailed), "Failed");
  EXPECT_EQ(ToWord(CallStatus::kMissed), "Missed");
  EXPECT_EQ(ToWord(CallStatus::kUnspecified), "");
}

TEST(CallStatusTest, EveryWordComesBackAsItsStatus) {
  for (const CallStatus call_status : kCallStatuses) {
    EXPECT_EQ(CallStatusFromWord(ToWord(call_status)), call_status);
  }
}

TEST(CallStatusTest, AnyOtherWordIsAnotherPrograms) {
  for (const char* word : {"Scheduled", "", "ready", "READY", "InProgress", "In Progress "}) {
    EXPECT_EQ(CallStatusFromWord(word), CallStatus::kUnspecified) << word;
  }
}

TEST(CallStatusTest, OnlyCompletedFailedAndMissedAreOver) {  // O2
  for (const CallStatus over : {CallStatus::kCompleted, CallStatus::kFailed, CallStatus::kMissed}) {
    EXPECT_TRUE(IsOver(over)) << ToWord(over);
  }
  for (const CallStatus live : {CallStatus::kUnspecified, CallStatus::kReady, CallStatus::kRinging,
                                CallStatus::kInProgress}) {
    EXPECT_FALSE(IsOver(live)) << ToWord(live);
  }
}

}  // namespace
}  // namespace autopulse::callevents::domain
