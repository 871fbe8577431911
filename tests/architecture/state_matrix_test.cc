#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/domain/transition.h"
#include "tests/architecture/source_tree.h"

namespace autopulse::callevents::architecture {
namespace {

using domain::Phase;
using domain::Trigger;

constexpr std::array<std::pair<const char*, Trigger>, domain::kTriggerCount> kRows = {{
    {"told Ready", Trigger::kToldReady},
    {"told Ringing", Trigger::kToldRinging},
    {"told In Progress", Trigger::kToldInProgress},
    {"told Completed", Trigger::kToldCompleted},
    {"told Failed", Trigger::kToldFailed},
    {"told Missed", Trigger::kToldMissed},
    {"hung up", Trigger::kHungUp},
    {"cut off", Trigger::kCutOff},
    {"reported Completed", Trigger::kReportedCompleted},
    {"reported Failed", Trigger::kReportedFailed},
    {"reported Missed", Trigger::kReportedMissed},
}};

constexpr std::array<std::pair<const char*, Phase>, domain::kPhaseCount> kColumns = {{
    {"Other", Phase::kOther},
    {"Ready", Phase::kReady},
    {"Ringing", Phase::kRinging},
    {"In Progress", Phase::kInProgress},
    {"Completed", Phase::kCompleted},
    {"Failed", Phase::kFailed},
    {"Hung up", Phase::kHungUp},
    {"Missed", Phase::kMissed},
}};

std::string PhaseName(std::optional<Phase> phase) {
  if (!phase) return "-";
  for (const auto& [name, value] : kColumns) {
    if (value == *phase) return name;
  }
  return "";
}

// The lines of docs/rules.md that begin with the name of a trigger, and the one above them that
// names the phases.
std::vector<std::vector<std::string>> Grid() {
  std::vector<std::vector<std::string>> grid;
  for (const std::string& line : Lines(ReadFile("docs/rules.md"))) {
    std::vector<std::string> cells = TableCells(line);
    if (cells.size() == domain::kPhaseCount + 2 && cells[1] != "---") {
      grid.push_back(std::move(cells));
    }
  }
  return grid;
}

// S2, O2, H1, R1, P1
TEST(StateMatrixTest, ThePageShowsWhatTheCodeDoes) {
  const std::vector<std::vector<std::string>> grid = Grid();
  ASSERT_EQ(grid.size(), domain::kTriggerCount + 1);
  for (std::size_t column = 0; column < domain::kPhaseCount; ++column) {
    EXPECT_EQ(grid[0][column + 1], kColumns[column].first);
  }
  for (std::size_t row = 0; row < domain::kTriggerCount; ++row) {
    const auto& [name, trigger] = kRows[row];
    EXPECT_EQ(grid[row + 1][0], name);
    for (std::size_t column = 0; column < domain::kPhaseCount; ++column) {
      EXPECT_EQ(grid[row + 1][column + 1],
                PhaseName(domain::NextPhase(trigger, kColumns[column].second)))
          << name << " when " << kColumns[column].first;
    }
  }
}

}  // namespace
}  // namespace autopulse::callevents::architecture
