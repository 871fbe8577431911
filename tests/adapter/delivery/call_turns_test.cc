#include "adapter/delivery/call_turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace autopulse::callevents::adapter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CallTurnsTest, WorkOnACallBeginsInTheOrderOfItsArrivalOnceTheOneBeforeHasEnded) {  // O7
  CallTurns turns;
  std::vector<std::string> begun;
  EXPECT_TRUE(turns.Enter("calls/1", [&] { begun.emplace_back("a"); }));
  EXPECT_FALSE(turns.Enter("calls/1", [&] { begun.emplace_back("b"); }));
  EXPECT_FALSE(turns.Enter("calls/1", [&] { begun.emplace_back("c"); }));
  EXPECT_THAT(begun, IsEmpty());
  turns.Leave("calls/1");
  EXPECT_THAT(begun, ElementsAre("b"));
  turns.Leave("calls/1");
  EXPECT_THAT(begun, ElementsAre("b", "c"));
  turns.Leave("calls/1");
  EXPECT_TRUE(turns.Enter("calls/1", [] {}));
}

TEST(CallTurnsTest, OtherCallsDoNotWait) {
  CallTurns turns;
  EXPECT_TRUE(turns.Enter("calls/1", [] {}));
  EXPECT_TRUE(turns.Enter("calls/2", [] {}));
}

}  // namespace
}  // namespace autopulse::callevents::adapter
