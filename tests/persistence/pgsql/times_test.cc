// What becomes on PostgreSQL of times that another program wrote, when events are recorded.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "persistence/migrations/connection.h"
#include "persistence/open_database.h"
#include "services/core/event_recorder.h"
#include "tests/domain/events.h"
#include "tests/fakes/record.h"
#include "tests/postgres/postgres_cluster.h"

namespace autopulse::callevents::persistence {
namespace {

using domain::CallStatus;
using domain::Told;

// Whether a call's row is written by itself or among others: that takes another statement.
class PgsqlTimesTest : public testing::TestWithParam<bool> {
 protected:
  PgsqlTimesTest() { MustRun("INSERT INTO call (id, status) VALUES (15, 'Ready'), (16, 'Ready')"); }

  void MustRun(const std::string& sql) { EXPECT_EQ(raw_->Run(sql), absl::OkStatus()) << sql; }

  // Records an event that is applied.
  void Record(const domain::CallEvent& event) {
    std::vector<core::ReportedEvent> events = {
        {.call_id = 15, .event = event, .call_if_unknown = {}}};
    if (GetParam()) events.push_back({.call_id = 16, .event = event, .call_if_unknown = {}});
    for (const auto& receipt : fakes::Record(recorder_, events)) {
      ASSERT_TRUE(receipt.ok()) << receipt.status();
      EXPECT_EQ(receipt->event.outcome, domain::EventOutcome::kApplied);
    }
  }

  // Whether a column of the call is this.
  bool Is(const std::string& column, const std::string& value) {
    return raw_->Query(absl::StrCat("SELECT ", column, " IS NOT DISTINCT FROM ", value,
                                    " FROM call WHERE id = 15"))
               ->at(0)
               .at(0) == "t";
  }

 private:
  const std::string url_ = NewPostgresDatabase();
  const std::unique_ptr<core::CallStore> store_ =
      *OpenCallStore(url_, {.migrate = true, .connections = 1});
  const std::unique_ptr<migrations::Connection> raw_ = *migrations::OpenPgsqlUrl(url_);
  core::EventRecorder recorder_{*store_, [](const auto&) {}, {}, [] { return domain::At(60); }};
};

TEST_P(PgsqlTimesTest, ATimeThatNobodyCanReadStaysWhereEventsHaveNone) {  // O3
  for (const char* const column : {"end_time", "recording_expire_time"}) {
    for (const char* const time : {"'infinity'", "'-infinity'", "'0044-03-15 12:00:00+00 BC'",
                                   "'10000-01-01 00:00:00+00'"}) {
      MustRun("DELETE FROM call_event; DELETE FROM call_base; UPDATE call SET status = 'Ready'");
      MustRun(absl::StrCat("UPDATE call SET ", column, " = ", time));
      Record(Told(absl::StrCat(column, time), 1, CallStatus::kRinging));
      EXPECT_TRUE(Is("status", "'Ringing'"));
      EXPECT_TRUE(Is(column, time)) << column << " " << time;
    }
  }
}

TEST_P(PgsqlTimesTest, ATimeThatNobodyCanReadGivesWayToThatOfAnEvent) {  // S4
  MustRun("UPDATE call SET end_time = 'infinity'");
  Record(Told("a", 1, CallStatus::kCompleted));
  EXPECT_TRUE(Is("end_time", "'2025-05-01 12:00:01+00'"));
}

TEST_P(PgsqlTimesTest, ATimeThatEventsTakeAwayIsGone) {  // O5
  Record(Of("a", Told("a", 1, CallStatus::kCompleted)));
  ASSERT_FALSE(Is("end_time", "NULL"));
  Record(Of("b", Told("b", 2, CallStatus::kRinging)));
  EXPECT_TRUE(Is("end_time", "NULL"));
}

INSTANTIATE_TEST_SUITE_P(AloneAndAmongOthers, PgsqlTimesTest, testing::Bool());

}  // namespace
}  // namespace autopulse::callevents::persistence
