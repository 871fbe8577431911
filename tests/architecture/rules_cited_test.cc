#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
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

// The ids in the first column of the tables of docs/faults.md: `FT1, FT2` and `FT24 to FT28` too.
std::set<std::string> FaultIds() {
  std::set<std::string> ids;
  for (const std::string& line : Lines(ReadFile("docs/faults.md"))) {
    const std::vector<std::string> cells = TableCells(line);
    if (cells.empty() || !absl::StartsWith(cells.front(), "FT")) continue;
    for (const absl::string_view part : absl::StrSplit(cells.front(), ", ")) {
      const std::vector<std::string> ends = absl::StrSplit(part, " to ");
      int last = 0;
      int number = 0;
      EXPECT_TRUE(absl::SimpleAtoi(ends.front().substr(2), &number)) << line;
      EXPECT_TRUE(absl::SimpleAtoi(ends.back().substr(2), &last)) << line;
      for (; number <= last; ++number) ids.insert(absl::StrCat("FT", number));
    }
  }
  return ids;
}

bool IsUpper(char c) { return absl::ascii_isupper(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

bool IsWordCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// What looks like an id: capitals, with one or two digits behind them.
struct IdLike {
  std::string id;
  bool is_listed;  // in a list of ids and nothing else: `// S3, O2`, `[S3]`, `"""S3, O2: ...`
};

// Whether a list of ids may begin behind `before`.
bool BeginsList(absl::string_view before) {
  return absl::EndsWith(before, "// ") || absl::EndsWith(before, "# ") ||
         absl::EndsWith(before, "[") || absl::EndsWith(before, "\"\"\"");
}

// What looks like an id in `text` and is a word, as in `// S3` and `[S3]`, or begins a name, as in
// `S3KeepsTheStart`.
std::vector<IdLike> IdsIn(absl::string_view text) {
  std::vector<IdLike> ids;
  std::size_t list_end = absl::string_view::npos;  // where an id may follow that is listed too
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!IsUpper(text[at]) || (at > 0 && IsWordCharacter(text[at - 1]))) continue;
    const auto* const digits = std::find_if_not(text.begin() + at, text.end(), IsUpper);
    const auto* const end = std::find_if_not(digits, text.end(), IsDigit);
    const bool goes_on = end != text.end() && IsWordCharacter(*end) && !IsUpper(*end);
    if (end == digits || end - digits > 2 || goes_on) continue;
    const absl::string_view behind(end, static_cast<std::size_t>(text.end() - end));
    const bool ends_well = behind.empty() || absl::StrContains("\n,:.]\"", behind.front());
    const bool is_listed = ends_well && (at == list_end || BeginsList(text.substr(0, at)));
    const std::string id(text.begin() + at, end);
    ids.push_back({id, is_listed});
    if (is_listed && absl::StartsWith(behind, ", ")) list_end = at + id.size() + 2;
  }
  return ids;
}

std::vector<SourceFile> Tests() {
  std::vector<SourceFile> tests = ReadFiles("tests", {".h", ".cc", ".py"});
  tests.erase(std::remove_if(tests.begin(), tests.end(),
                             [](const SourceFile& file) {
                               return absl::StartsWith(file.path, "tests/architecture/");
                             }),
              tests.end());
  return tests;
}

// Whether `text` cites the rule.
bool Cites(const std::string& text, const std::string& id) {
  return absl::c_any_of(IdsIn(text), [&](const IdLike& found) { return found.id == id; });
}

std::set<std::string> CitedIds() {
  std::set<std::string> cited;
  for (const SourceFile& file : Tests()) {
    for (const IdLike& found : IdsIn(file.text)) cited.insert(found.id);
  }
  return cited;
}

std::string LettersOf(const std::string& id) {
  return id.substr(0, id.find_first_of("0123456789"));
}

// The ids in `text` that are not `known`, though they have a known one's letters or are listed.
std::vector<std::string> UnknownIds(const std::string& text, const std::set<std::string>& known) {
  std::set<std::string> letters;
  for (const std::string& id : known) letters.insert(LettersOf(id));
  std::vector<std::string> unknown;
  for (const IdLike& found : IdsIn(text)) {
    if (!found.is_listed && letters.count(LettersOf(found.id)) == 0) continue;
    if (known.count(found.id) == 0) unknown.push_back(found.id);
  }
  return unknown;
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

TEST(RulesCitedTest, EveryIdThatATestCitesIsOnAPage) {
  std::set<std::string> known = FaultIds();
  EXPECT_THAT(known, testing::IsSupersetOf({"FT1", "FT2", "FT26", "FT43", "FT45", "FT67"}));
  known.merge(RuleIds());
  for (const SourceFile& file : Tests()) {
    EXPECT_THAT(UnknownIds(file.text, known), testing::IsEmpty()) << file.path;
  }
}

TEST(RulesCitedTest, AnIdOfNoPageIsFound) {
  const std::set<std::string> known = {"S1", "O7", "FT3"};
  EXPECT_THAT(UnknownIds("TEST(X, Y) {}  // O7, Q1, O8\nS9KeepsTheStart, [ABC12]", known),
              testing::ElementsAre("Q1", "O8", "S9", "ABC12"));
  EXPECT_THAT(UnknownIds("\"\"\"Q1, FT3, Q2: what is kept, FT4.\"\"\"", known),
              testing::ElementsAre("Q1", "Q2", "FT4"));
  EXPECT_THAT(UnknownIds("// O7, FT3\n# noqa: E402\n// UTF8 is read; kS9, INT32, SHA256", known),
              testing::IsEmpty());
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
