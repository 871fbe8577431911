// What pages say of where things are.

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/architecture/source_tree.h"

namespace autopulse::callevents::architecture {
namespace {

constexpr const char* kFolders[] = {
    "adapter", "bazel-free-scripts", "clients", "docs", "persistence",
    "proto",   "services",           "tests"};

// `persistence/spool/`, `services/base/limits.h`, `persistence/sqlite/wal_sync`: a path from the
// project's folder on. The tests that pages give as proof are named without `tests/`.
bool IsPath(absl::string_view name) {
  const auto is_of_paths = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("_-./", c);
  };
  return absl::c_all_of(name, is_of_paths) && !absl::EndsWith(name, "_test") &&
         absl::c_any_of(kFolders, [&](const char* folder) {
           return absl::StartsWith(name, absl::StrCat(folder, "/"));
         });
}

// A file may be named without its ending.
bool IsThere(const std::string& path) {
  return absl::c_any_of(std::vector<const char*>{"", ".h", ".cc", ".py"},
                        [&](const char* ending) { return Exists(path + ending); });
}

std::vector<std::string> PathsIn(const std::string& text) {
  std::vector<std::string> paths = QuotedNames(text);
  paths.erase(std::remove_if(paths.begin(), paths.end(),
                             [](const std::string& name) { return !IsPath(name); }),
              paths.end());
  return paths;
}

std::vector<std::string> MissingIn(const std::string& text) {
  std::vector<std::string> missing;
  for (const std::string& path : PathsIn(text)) {
    if (!IsThere(path)) missing.push_back(path);
  }
  return missing;
}

TEST(NamedPathsTest, WhatPagesNameIsThere) {
  std::vector<SourceFile> pages;
  for (const char* page : {"CONTRIBUTING.md", "README.md"}) pages.push_back({page, ReadFile(page)});
  for (const char* folder : kFolders) {
    for (SourceFile& page : ReadFiles(folder, {".md"})) pages.push_back(std::move(page));
  }
  std::size_t paths = 0;
  for (const SourceFile& page : pages) {
    paths += PathsIn(page.text).size();
    const std::vector<std::string> missing = MissingIn(page.text);
    EXPECT_TRUE(missing.empty()) << page.path << ": " << absl::StrJoin(missing, ", ");
  }
  EXPECT_GT(paths, 50U);
}

TEST(NamedPathsTest, APathThatIsNowhereIsFound) {
  EXPECT_THAT(MissingIn("`services/base/`, `services/base/log.h`, `services/base/log`, "
                        "`core/call_log`, `calls/15`, `base/log_test`, `services/base/log logs`"),
              testing::IsEmpty());
  EXPECT_THAT(MissingIn("`services/basis/`, `services/base/logs.h`, `services/base/lo`"),
              testing::SizeIs(3));
}

}  // namespace
}  // namespace autopulse::callevents::architecture
