#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/architecture/source_tree.h"

namespace autopulse::callevents::architecture {
namespace {

// `e2e/spool_test`, `drainer_test`: a file of tests/ without its ending.
bool IsTestFile(const std::string& name) {
  return absl::EndsWith(name, "_test") && absl::c_all_of(name, [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '_' || c == '/';
         });
}

// `StuckEventHoldsBackOnlyItsOwnCall`, `full_disk_is_refused`: a sentence of some words.
bool IsTest(absl::string_view name) {
  if (IsTestFile(std::string(name))) return false;
  const auto is_word = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  if (name.empty() || !absl::c_all_of(name, is_word)) return false;
  const auto capitals = absl::c_count_if(
      name, [](char c) { return absl::ascii_isupper(static_cast<unsigned char>(c)); });
  if (absl::c_count(name, '_') > 0) return capitals == 0 && absl::c_count(name, '_') >= 2;
  return capitals >= 3 && capitals < static_cast<std::ptrdiff_t>(name.size()) / 2;
}

// A name may be cut with three dots at either end.
absl::string_view WithoutDots(absl::string_view name) {
  absl::ConsumePrefix(&name, "...");
  absl::ConsumeSuffix(&name, "...");
  return name;
}

bool IsThere(const std::string& name, const std::vector<SourceFile>& tests) {
  if (IsTestFile(name)) {
    return absl::c_any_of(tests, [&](const SourceFile& file) {
      const std::string path = file.path.substr(0, file.path.rfind('.'));
      return absl::EndsWith(path, "/" + name);
    });
  }
  const absl::string_view part = WithoutDots(name);
  return absl::c_any_of(tests,
                        [&](const SourceFile& file) { return absl::StrContains(file.text, part); });
}

// The names of tests and of their files that a page gives as proof and that are nowhere.
std::vector<std::string> MissingIn(const std::string& text, const std::vector<SourceFile>& tests) {
  std::vector<std::string> missing;
  for (const std::string& name : QuotedNames(text)) {
    if (!IsTestFile(name) && !IsTest(WithoutDots(name))) continue;
    if (!IsThere(name, tests)) missing.push_back(name);
  }
  return missing;
}

TEST(NamedTestsTest, WhatIsGivenAsProofIsThere) {
  const std::vector<SourceFile> tests = ReadFiles("tests", {".cc", ".py"});
  for (const char* page : {"docs/faults.md", "docs/reliability.md"}) {
    const std::string text = ReadFile(page);
    EXPECT_GT(QuotedNames(text).size(), 50U) << page;
    const std::vector<std::string> missing = MissingIn(text, tests);
    EXPECT_TRUE(missing.empty()) << page << ": " << absl::StrJoin(missing, ", ");
  }
}

TEST(NamedTestsTest, ANameThatIsNowhereIsFound) {
  const std::vector<SourceFile> tests = {
      {"tests/e2e/spool_test.py", "def test_full_disk_is_refused_and_heals"},
      {"tests/core/lane_test.cc", "TEST(LaneTest, OneFailsAloneInItsGroup)"}};
  EXPECT_THAT(MissingIn("`e2e/spool_test` `full_disk_is_refused...`, `lane_test` "
                        "`OneFailsAloneInItsGroup`, `--spool`, `SIGTERM`, `WatchCalls`",
                        tests),
              testing::IsEmpty());
  EXPECT_THAT(MissingIn("`e2e/spoon_test` `full_moon_is_refused`, `OneFailsInItsGroup`", tests),
              testing::SizeIs(3));
}

}  // namespace
}  // namespace autopulse::callevents::architecture
