#include "services/base/terminal_text.h"

#include <gtest/gtest.h>

#include <string>

namespace autopulse::callevents::base {
namespace {

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

}  // namespace
}  // namespace autopulse::callevents::base
