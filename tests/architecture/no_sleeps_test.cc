#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/architecture/source_tree.h"

namespace autopulse::callevents::architecture {
namespace {

// A pause of Python, and the one place for it: what pauses between two looks at a condition.
constexpr char kPause[] = ".wait(0.";
constexpr char kPlaceOfThePause[] = "tests/e2e/programs.py";

// Calls that wait for time to pass. A test that uses one is slow, or fails on a slow machine; it
// has to wait for the condition that it is about.
const std::vector<std::string>& SleepingCalls() {
  static const auto& calls = *new std::vector<std::string>{
      "sleep_for(", "sleep_until(", "SleepFor(", "usleep(", "nanosleep(",
      " sleep(",    "time.sleep(",  "ppoll(",    kPause,
  };
  return calls;
}

std::vector<std::string> SleepsIn(const SourceFile& file) {
  std::vector<std::string> sleeps;
  const std::vector<std::string> lines = Lines(file.text);
  for (std::size_t line = 0; line < lines.size(); ++line) {
    for (const std::string& call : SleepingCalls()) {
      if (call == kPause && file.path == kPlaceOfThePause) continue;
      if (absl::StrContains(lines[line], call)) {
        sleeps.push_back(absl::StrCat(file.path, ":", line + 1, ": ", call, "...)"));
      }
    }
  }
  return sleeps;
}

TEST(NoSleepsTest, NoTestSleeps) {
  std::vector<std::string> sleeps;
  for (const SourceFile& file : ReadFiles("tests", {".h", ".cc", ".py"})) {
    if (absl::StartsWith(file.path, "tests/architecture/")) continue;
    for (std::string& sleep : SleepsIn(file)) sleeps.push_back(std::move(sleep));
  }
  EXPECT_TRUE(sleeps.empty()) << absl::StrJoin(sleeps, "\n");
}

TEST(NoSleepsTest, ASleepIsFound) {
  EXPECT_FALSE(SleepsIn({"tests/x.cc", "\n  std::this_thread::sleep_for(1s);\n"}).empty());
  EXPECT_FALSE(SleepsIn({"tests/x.py", "stopped.wait(0.02)\n"}).empty());
  EXPECT_TRUE(SleepsIn({"tests/e2e/programs.py", "_NEVER.wait(0.01)\n"}).empty());
  EXPECT_TRUE(SleepsIn({"tests/x.cc", "  condition.WaitWithTimeout(1s);  // no sleep\n"}).empty());
}

}  // namespace
}  // namespace autopulse::callevents::architecture
