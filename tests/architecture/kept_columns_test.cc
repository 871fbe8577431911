#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/architecture/source_tree.h"

namespace autopulse::callevents::architecture {
namespace {

// What stands between pairs of `mark`.
std::set<std::string> Marked(const std::string& text, char mark) {
  const std::vector<std::string> parts = absl::StrSplit(text, mark);
  std::set<std::string> marked;
  for (std::size_t i = 1; i + 1 < parts.size(); i += 2) marked.insert(parts[i]);
  return marked;
}

// What rule X1 says about columns.
std::string RuleX1() {
  for (const std::string& line : Lines(ReadFile("docs/rules.md"))) {
    if (absl::StartsWith(line, "| X1 |")) return line;
  }
  return "";
}

// The list in the code, from its name to its end.
std::string KeptOfCall() {
  const std::string code = ReadFile("persistence/odb_forgetting.cc");
  const std::size_t begin = code.find("kKeptOfCall = {");
  return begin == std::string::npos ? "" : code.substr(begin, code.find("};", begin) - begin);
}

TEST(KeptColumnsTest, WhatAnErasedCallKeepsIsWhatThePageNames) {  // X1
  const std::set<std::string> named = Marked(RuleX1(), '`');
  EXPECT_EQ(named.count("outcome"), 1U);
  EXPECT_EQ(Marked(KeptOfCall(), '"'), named);
}

}  // namespace
}  // namespace autopulse::callevents::architecture
