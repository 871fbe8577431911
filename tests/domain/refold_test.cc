#include "services/domain/refold.h"

#include <gtest/gtest.h>

#include <string>
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

std::vector<std::string> Names(const CallColumns& columns) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns.test(i)) names.emplace_back(kCallColumnNames[i]);
  }
  return names;
}

using Strings = std::vector<std::string>;

TEST(RefoldTest, AValueThatEventsWroteIsWrittenAnew) {  // O3
  CallState wanted = FullState();
  wanted.status_word = "Missed";
  wanted.outcome = CallOutcome::kMissed;
  const RowComparison compared = CompareRow(FullState(), wanted, {FullState()}, {});
  EXPECT_EQ(Names(compared.written), (Strings{"status", "outcome"}));
  EXPECT_TRUE(compared.kept.none());
  EXPECT_EQ(compared.row, wanted);
}

TEST(RefoldTest, AValueOfAnotherProgramStays) {  // O3
  CallState row = FullState();
  row.status_word = "Archived";
  row.recording_url = "https://copy";
  const RowComparison compared = CompareRow(row, FullState(), {FullState()}, {});
  EXPECT_TRUE(compared.written.none());
  EXPECT_EQ(Names(compared.kept), (Strings{"status", "recording_url"}));
  EXPECT_EQ(compared.row, row);
}

TEST(RefoldTest, AColumnThatIsToBeOverwrittenIsWrittenWhateverItHolds) {
  CallState row = FullState();
  row.status_word = "Archived";
  row.recording_url = "https://copy";
  CallColumns overwritten;
  overwritten.set(0);
  const RowComparison compared = CompareRow(row, FullState(), {FullState()}, overwritten);
  EXPECT_EQ(Names(compared.written), (Strings{"status"}));
  EXPECT_EQ(Names(compared.kept), (Strings{"recording_url"}));
  EXPECT_EQ(compared.row.recording_url, "https://copy");
}

TEST(RefoldTest, EveryColumnHasItsOwnName) {
  CallColumns all;
  all.set();
  CallState row;
  row.status_word = "Scheduled";
  const RowComparison compared = CompareRow(row, FullState(), {}, all);
  EXPECT_TRUE(compared.written.all());
  EXPECT_EQ(compared.row, FullState());
  // One by one, in the order of the members.
  const auto only = [](auto member) {
    CallState changed;
    changed.*member = FullState().*member;
    return Names(CompareRow(CallState(), changed, {CallState()}, {}).written);
  };
  EXPECT_EQ(only(&CallState::status_word), (Strings{"status"}));
  EXPECT_EQ(only(&CallState::start_time), (Strings{"start_time"}));
  EXPECT_EQ(only(&CallState::end_time), (Strings{"end_time"}));
  EXPECT_EQ(only(&CallState::duration_sec), (Strings{"duration_sec"}));
  EXPECT_EQ(only(&CallState::duration_ms), (Strings{"duration_ms"}));
  EXPECT_EQ(only(&CallState::recording_url), (Strings{"recording_url"}));
  EXPECT_EQ(only(&CallState::recording_expire_time), (Strings{"recording_expire_time"}));
  EXPECT_EQ(only(&CallState::provider_call_id), (Strings{"vapi_call_id"}));
  EXPECT_EQ(only(&CallState::ended_reason), (Strings{"ended_reason"}));
  EXPECT_EQ(only(&CallState::cost), (Strings{"cost"}));
  EXPECT_EQ(only(&CallState::outcome), (Strings{"outcome"}));
  EXPECT_EQ(only(&CallState::analysis_summary), (Strings{"analysis_summary"}));
  EXPECT_EQ(only(&CallState::analysis_success_evaluation),
            (Strings{"analysis_success_evaluation"}));
  EXPECT_EQ(only(&CallState::analysis_structured_data), (Strings{"analysis_structured_data"}));
}

}  // namespace
}  // namespace autopulse::callevents::domain
