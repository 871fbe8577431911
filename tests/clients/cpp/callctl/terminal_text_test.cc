#include "clients/cpp/callctl/terminal_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace autopulse::callevents::callctl {
namespace {

using ::testing::ElementsAre;

TEST(TerminalTextTest, WidthIsThatOfTheTerminal) {
  EXPECT_EQ(DisplayWidth("abc"), 3U);
  EXPECT_EQ(DisplayWidth("Grüße"), 5U);
  EXPECT_EQ(DisplayWidth("世界"), 4U);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1U);
  EXPECT_EQ(DisplayWidth("👋"), 2U);
  EXPECT_EQ(DisplayWidth(""), 0U);
}

TEST(TerminalTextTest, WrapsBetweenWords) {
  EXPECT_THAT(WrapText("the quick brown fox", 10), ElementsAre("the quick", "brown fox"));
  EXPECT_THAT(WrapText("exactly ten", 11), ElementsAre("exactly ten"));
}

TEST(TerminalTextTest, WrapsWithinAWordThatIsLongerThanALine) {
  EXPECT_THAT(WrapText("a 0123456789abc z", 10), ElementsAre("a", "0123456789", "abc z"));
}

TEST(TerminalTextTest, WrapsWideCharactersWhole) {
  EXPECT_THAT(WrapText("世界世界", 5), ElementsAre("世界", "世界"));
}

TEST(TerminalTextTest, WrapsNothingToOneLine) { EXPECT_THAT(WrapText("", 10), ElementsAre("")); }

}  // namespace
}  // namespace autopulse::callevents::callctl
