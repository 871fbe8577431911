#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/architecture/source_tree.h"

namespace autopulse::callevents::architecture {
namespace {

bool IsRuleId(const std::string& cell) {
  return cell.size() >= 2 && cell.size() <= 3 && absl::ascii_isupper(cell[0]) &&
         absl::ascii_isdigit(cell[1]) && absl::ascii_isdigit(cell.back());
}

// The ids in the first column of the tables of docs/rules.md.
std::set<std::string> RuleIds() {
  std::set<std::string> ids;
  for (const std::string& line : Lines(ReadFile("docs/rules.md"))) {
    const std::vector<std::string> cells = TableCells(line);
    if (!cells.empty() && IsRuleId(cells.front())) ids.insert(cells.front());
  }
  return ids;
}

// Whether `text` cites the rule: its id as a word, as in `// S3`, `[S3]` or `S3KeepsTheStart`.
bool Cites(const std::string& text, const std::string& id) {
  for (std::size_t at = text.find(id); at != std::string::npos; at = text.find(id, at + 1)) {
    const std::size_t after = at + id.size();
    const bool begins = at == 0 || !absl::ascii_isalnum(static_cast<unsigned char>(text[at - 1]));
    const bool ends =
        after == text.size() || !(absl::ascii_isdigit(static_cast<unsigned char>(text[after])) ||
                                  absl::ascii_islower(static_cast<unsigned char>(text[after])));
    if (begins && ends) return true;
  }
  return false;
}

std::set<std::string> CitedIds() {
  const std::vector<SourceFile> tests = ReadFiles("tests", {".h", ".cc", ".py"});
  std::set<std::string> cited;
  for (const std::string& id : RuleIds()) {
    for (const SourceFile& file : tests) {
      if (absl::StartsWith(file.path, "tests/architecture/")) continue;
      if (Cites(file.text, id)) cited.insert(id);
    }
  }
  return cited;
}

TEST(RulesCitedTest, ThePageHasTheRules) {
  EXPECT_THAT(RuleIds(), testing::IsSupersetOf(
                             {"S1", "H2", "R6", "T5", "M1", "E2", "D4", "V11", "P1", "O7", "U1"}));
}

TEST(RulesCitedTest, EveryRuleIsCitedByATest) {
  const std::set<std::string> cited = CitedIds();
  std::vector<std::string> missing;
  for (const std::string& id : RuleIds()) {
    if (cited.count(id) == 0) missing.push_back(id);
  }
  EXPECT_TRUE(missing.empty()) << "no test cites " << absl::StrJoin(missing, ", ");
}

TEST(RulesCitedTest, AnIdInsideAnotherWordIsNoCitation) {
  EXPECT_TRUE(Cites("TEST(X, Y) {}  // S1, O2", "S1"));
  EXPECT_TRUE(Cites("S1MapsWords", "S1"));
  EXPECT_FALSE(Cites("S11", "S1"));
  EXPECT_FALSE(Cites("kS1", "S1"));
  EXPECT_FALSE(Cites("S1x", "S1"));
}

}  // namespace
}  // namespace autopulse::callevents::architecture
