#include "services/domain/refold.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "services/domain/fold.h"
#include "tests/domain/events.h"

namespace autopulse::callevents::domain {
namespace {

// A state of which every column but the status is set.
CallState FullState() {
  CallState state;
  state.status_word = "Completed";
  state.start_time = At(1);
  state.end_time = At(2);
  state.duration_sec = 3;
  state.duration_ms = 4;
  state.recording_url = "https://recording";
  state.recording_expire_time = At(5);
  state.provider_call_id = "provider";
  state.ended_reason = "reason";
  state.cost = Decimal{6};
  state.outcome = CallOutcome::kAnswered;
  state.analysis_summary = "summary";
  state.analysis_success_evaluation = "true";
  state.analysis_structured_data = "{}";
  return state;
}

// Some places: the status, then the members in their order.
constexpr std::size_t kStatus = 0;
constexpr std::size_t kRecordingUrl = 5;
constexpr std::size_t kOutcome = 10;

using Places = std::vector<std::size_t>;

Places PlacesOf(const CallColumns& columns) {
  Places places;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns.test(i)) places.push_back(i);
  }
  return places;
}

TEST(RefoldTest, AValueThatEventsWroteIsWrittenAnew) {  // O3
  CallState wanted = FullState();
  wanted.status_word = "Missed";
  wanted.outcome = CallOutcome::kMissed;
  const RowComparison compared = CompareRow(FullState(), wanted, {FullState()}, {});
  EXPECT_EQ(PlacesOf(compared.written), (Places{kStatus, kOutcome}));
  EXPECT_TRUE(compared.kept.none());
  EXPECT_EQ(compared.row, wanted);
}

TEST(RefoldTest, AValueOfAnotherProgramStays) {  // O3
  CallState row = FullState();
  row.status_word = "Archived";
  row.recording_url = "https://copy";
  const RowComparison compared = CompareRow(row, FullState(), {FullState()}, {});
  EXPECT_TRUE(compared.written.none());
  EXPECT_EQ(PlacesOf(compared.kept), (Places{kStatus, kRecordingUrl}));
  EXPECT_EQ(compared.row, row);
}

TEST(RefoldTest, AColumnThatIsToBeOverwrittenIsWrittenWhateverItHolds) {
  CallState row = FullState();
  row.status_word = "Archived";
  row.recording_url = "https://copy";
  CallColumns overwritten;
  overwritten.set(kStatus);
  const RowComparison compared = CompareRow(row, FullState(), {FullState()}, overwritten);
  EXPECT_EQ(PlacesOf(compared.written), (Places{kStatus}));
  EXPECT_EQ(PlacesOf(compared.kept), (Places{kRecordingUrl}));
  EXPECT_EQ(compared.row.recording_url, "https://copy");
}

TEST(RefoldTest, EveryColumnIsCompared) {
  CallColumns all;
  all.set();
  CallState row;
  row.status_word = "Scheduled";
  const RowComparison compared = CompareRow(row, FullState(), {}, all);
  EXPECT_TRUE(compared.written.all());
  EXPECT_EQ(compared.row, FullState());
}

}  // namespace
}  // namespace autopulse::callevents::domain
