#include "adapter/vapi/ended_reasons.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

namespace autopulse::callevents::adapter::vapi {
namespace {

const std::map<std::string, v1::EndedReasonGroup>& GroupsByName() {
  static const auto* const groups = new std::map<std::string, v1::EndedReasonGroup>{
      {"Completed", v1::ENDED_REASON_GROUP_ANSWERED},
      {"Missed", v1::ENDED_REASON_GROUP_MISSED},
      {"Failed", v1::ENDED_REASON_GROUP_FAILED},
      {"Completed if startedAt else Missed",
       v1::ENDED_REASON_GROUP_ANSWERED_IF_STARTED_ELSE_MISSED},
      {"Completed if startedAt else Failed",
       v1::ENDED_REASON_GROUP_ANSWERED_IF_STARTED_ELSE_FAILED},
  };
  return *groups;
}

TEST(EndedReasonsTest, EveryReasonVapiHasEverNamedIsKnownAndInItsGroup) {  // V7, P1
  std::ifstream file(AUTOPULSE_SOURCE_DIR "/tests/testdata/vapi/ended-reasons.tsv");
  std::string line;
  std::getline(file, line);  // the heading
  int reasons = 0;
  while (std::getline(file, line)) {
    const std::string reason = line.substr(0, line.find('\t'));
    const EndedReason grouped = GroupEndedReason(reason);
    EXPECT_EQ(grouped.group, GroupsByName().at(line.substr(line.find('\t') + 1))) << reason;
    EXPECT_TRUE(grouped.known) << reason;
    ++reasons;
  }
  EXPECT_EQ(reasons, 673);
}

TEST(EndedReasonsTest, UnknownReasonThatSpeaksOfAFailureIsOne) {  // P1
  for (const char* reason : {"new-error-of-2031", "some-fault", "satellite-link-failed"}) {
    EXPECT_EQ(GroupEndedReason(reason).group, v1::ENDED_REASON_GROUP_FAILED) << reason;
    EXPECT_FALSE(GroupEndedReason(reason).known) << reason;
  }
}

TEST(EndedReasonsTest, OtherUnknownReasonDependsOnWhetherTheCallHadStarted) {  // P1
  for (const char* reason : {"hangup", "assistantEndedCall", "Customer-Busy", "customer-busy "}) {
    EXPECT_EQ(GroupEndedReason(reason).group,
              v1::ENDED_REASON_GROUP_ANSWERED_IF_STARTED_ELSE_FAILED)
        << reason;
    EXPECT_FALSE(GroupEndedReason(reason).known) << reason;
  }
}

}  // namespace
}  // namespace autopulse::callevents::adapter::vapi
