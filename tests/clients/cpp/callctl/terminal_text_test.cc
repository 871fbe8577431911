#include "clients/cpp/callctl/terminal_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace autopulse::callevents::callctl {
namespace {

using ::testing::ElementsAre;

TEST(TerminalTextTest, OrdinaryTextStaysAsItIs) {
  const std::string text = "Grüße, 世界 👋 e\u0301, a\\b";
  EXPECT_EQ(EscapeForTerminal(text), text);
}

TEST(TerminalTextTest, ControlCharactersAreWrittenOut) {
  EXPECT_EQ(EscapeForTerminal("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(EscapeForTerminal("\x1b[2J\x07\x7f"), "\\x1b[2J\\x07\\x7f");
  EXPECT_EQ(EscapeForTerminal(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(EscapeForTerminal("\u009b2J"), "\\x9b2J");  // CSI in one character
}

TEST(TerminalTextTest, WhatTurnsTheDirectionOfWritingIsWrittenOut) {
  EXPECT_EQ(EscapeForTerminal("a\u202eb\u2066c\u200fd"), "a\\u202eb\\u2066c\\u200fd");
  EXPECT_EQ(EscapeForTerminal("a\u2028b"), "a\\u2028b");
  EXPECT_EQ(EscapeForTerminal("a\U000e0041"), "a\\U000e0041");
}

TEST(TerminalTextTest, BytesThatAreNotUtf8AreWrittenOut) {
  EXPECT_EQ(EscapeForTerminal("a\xff\x80z"), "a\\xff\\x80z");
  EXPECT_EQ(EscapeForTerminal("\xc3"), "\\xc3");                    // cut short
  EXPECT_EQ(EscapeForTerminal("\xc1\x9b"), "\\xc1\\x9b");           // overlong
  EXPECT_EQ(EscapeForTerminal("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(EscapeForTerminal("\xf9\x80\x80\x80"), "\\xf9\\x80\\x80\\x80");
}

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
