#include "clients/cpp/callctl/text_table.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace autopulse::callevents::callctl {
namespace {

std::string Printed(const TextTable& table, std::size_t wrap_width = 0) {
  std::ostringstream out;
  table.Print(out, wrap_width);
  return out.str();
}

TEST(TextTableTest, AlignsByWhatATerminalShows) {
  TextTable table({{.title = "NAME"}, {.title = "N", .numeric = true}, {.title = "LAST"}});
  table.AddRow({"世界", "7", "x"});
  table.AddRow({"Zoë", "1200", "y"});
  EXPECT_EQ(Printed(table),
            "NAME     N  LAST\n"
            "世界     7  x\n"
            "Zoë   1200  y\n");
}

TEST(TextTableTest, ShowsAnEmptyCellAsADash) {
  TextTable table({{.title = "A"}, {.title = "B"}});
  table.AddRow({"", ""});
  EXPECT_EQ(Printed(table), "A  B\n-  -\n");
}

TEST(TextTableTest, KeepsARowOnItsLine) {
  TextTable table({{.title = "A"}, {.title = "B"}});
  table.AddRow({"x\ny", "\x1b[31mred"});
  EXPECT_EQ(Printed(table), "A     B\nx\\ny  \\x1b[31mred\n");
}

TEST(TextTableTest, WrapsTheLastColumnOnly) {
  TextTable table({{.title = "ROLE"}, {.title = "TEXT"}});
  table.AddRow({"human", "one two three four five six seven"});
  EXPECT_EQ(Printed(table, 30),
            "ROLE   TEXT\n"
            "human  one two three four five\n"
            "       six seven\n");
}

TEST(TextTableTest, DoesNotWrapWhereThatLeavesTooLittle) {
  TextTable table({{.title = "A LONG TITLE"}, {.title = "TEXT"}});
  table.AddRow({"a", "one two three four five six seven"});
  EXPECT_EQ(Printed(table, 20),
            "A LONG TITLE  TEXT\n"
            "a             one two three four five six seven\n");
}

TEST(TextTableTest, PrintsRowsAsTheyCome) {
  const TextTable table({{.title = "A", .min_width = 4}, {.title = "B"}});
  std::ostringstream out;
  table.PrintTitles(out);
  table.PrintRow(out, {"x", "y\r"});
  EXPECT_EQ(out.str(), "A     B\nx     y\\r\n");
}

TEST(FieldBlockTest, AlignsValuesAndLeavesOutEmptyOnes) {
  FieldBlock block;
  block.Add("call", "calls/15");
  block.Add("cost", "");
  block.Add("service record", "a\tb");
  std::ostringstream out;
  block.Print(out);
  EXPECT_EQ(out.str(), "call:            calls/15\nservice record:  a\\tb\n");
}

}  // namespace
}  // namespace autopulse::callevents::callctl
