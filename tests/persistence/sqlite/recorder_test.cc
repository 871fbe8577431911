// What a service remembers of calls on an SQLite file, and what others may do to the file
// meanwhile.

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/base/status_macros.h"
#include "services/core/event_recorder.h"
#include "tests/contract/call_store_contract.h"
#include "tests/domain/events.h"
#include "tests/fakes/record.h"
#include "tests/persistence/raw_sqlite.h"
#include "tests/persistence/store_file.h"

namespace autopulse::callevents::persistence {
namespace {

using domain::CallStatus;
using domain::Told;

class SqliteRecorderTest : public StoreFileTest {
 protected:
  void SetUp() override {
    StoreFileTest::SetUp();
    raw_.emplace(path());
    recorder_.emplace(
        store(), [](const auto&) {}, domain::RuleOptions(), [] { return domain::At(1000); });
    raw().Run("INSERT INTO call (id, status) VALUES (15, 'Ready')");
  }

  RawSqlite& raw() { return *raw_; }

  core::Receipt Record(domain::CallEvent event) {
    auto receipts = fakes::Record(
        *recorder_, {{.call_id = 15, .event = std::move(event), .call_if_unknown = std::nullopt}});
    EXPECT_TRUE(receipts.front().ok()) << receipts.front().status();
    return *std::move(receipts.front());
  }

  core::EventRecorder::Receipts RecordAll(std::vector<core::ReportedEvent> events) {
    return fakes::Record(*recorder_, std::move(events));
  }

  // The version that a transaction sees.
  std::int64_t DataVersion() {
    std::int64_t version = -1;
    EXPECT_TRUE(store()
                    .Write([&](core::CallWriter& calls) -> absl::Status {
                      ASSIGN_OR_RETURN(const auto told, calls.DataVersion());
                      version = told.value_or(-1);
                      return absl::OkStatus();
                    })
                    .ok());
    return version;
  }

 private:
  std::optional<RawSqlite> raw_;
  std::optional<core::EventRecorder> recorder_;
};

TEST_F(SqliteRecorderTest, WhatAnotherProgramWritesToACallIsNotLostOnUs) {  // O3
  Record(Told("a", 1, CallStatus::kRinging));
  raw().Run("UPDATE call SET recording_url = 'theirs' WHERE id = 15");
  EXPECT_EQ(Record(Told("b", 2, CallStatus::kInProgress)).call.state.recording_url, "theirs");
  EXPECT_EQ(raw().Value("SELECT recording_url FROM call"), "theirs");
}

TEST_F(SqliteRecorderTest, TheVersionStaysWhileOnlyEventsAreRecorded) {
  Record(Told("a", 1, CallStatus::kRinging));
  const std::int64_t version = DataVersion();
  Record(Told("b", 2, CallStatus::kInProgress));
  EXPECT_EQ(DataVersion(), version);
}

TEST_F(SqliteRecorderTest, AnErasureMakesAnotherVersion) {  // X1
  Record(Told("a", 1, CallStatus::kRinging));
  const std::int64_t version = DataVersion();
  EXPECT_TRUE(store()
                  .Write([](core::CallWriter& calls) { return calls.EraseCall(15, domain::At(9)); })
                  .ok());
  EXPECT_NE(DataVersion(), version);
  EXPECT_TRUE(Record(Told("b", 2, CallStatus::kInProgress)).call.erase_time.has_value());
}

TEST_F(SqliteRecorderTest, OnlyColumnsThatChangeAreWritten) {  // O3
  raw().Run("CREATE TABLE touched (name TEXT)");
  for (const char* column : {"status", "start_time", "end_time", "cost", "vapi_call_id"}) {
    raw().Run(std::string("CREATE TRIGGER on_") + column + " AFTER UPDATE OF " + column +
              " ON call BEGIN INSERT INTO touched VALUES ('" + column + "'); END");
  }
  Record(Told("a", 1, CallStatus::kInProgress));
  EXPECT_EQ(
      raw().Value("SELECT group_concat(name, ' ') FROM (SELECT name FROM touched ORDER BY 1)"),
      "start_time status");
}

TEST_F(SqliteRecorderTest, ValuesComeAndGoColumnByColumn) {
  domain::Call call;
  call.id = 15;
  call.state = contract::FullState();
  const domain::CallState empty;
  const auto save = [&](const domain::CallState& stored) {
    return store().Write([&](core::CallWriter& calls) {
      core::RecordedChanges changes;
      changes.calls.push_back({&call, &stored});
      return calls.Save(changes).status();
    });
  };
  ASSERT_TRUE(save(empty).ok());
  EXPECT_EQ(GetCall(15).state, contract::FullState());
  call.state = empty;
  ASSERT_TRUE(save(contract::FullState()).ok());
  EXPECT_EQ(GetCall(15).state, empty);
}

// A statement of several rows leaves those that stand before the one that is refused.
TEST_F(SqliteRecorderTest, AnEventThatIsRefusedAmongManyFailsAloneAndLeavesNothingTwice) {  // O1
  raw().Run("CREATE UNIQUE INDEX theirs ON call_event (event_id)");
  std::vector<core::ReportedEvent> events;
  for (int call_id = 101; call_id <= 140; ++call_id) {
    raw().Run("INSERT INTO call (id, status) VALUES (" + std::to_string(call_id) + ", 'Ready')");
    const int event_id = call_id == 130 ? 129 : call_id;
    events.push_back({.call_id = call_id,
                      .event = Told(std::to_string(event_id), 1, CallStatus::kRinging),
                      .call_if_unknown = std::nullopt});
  }
  const auto receipts = RecordAll(events);
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    EXPECT_EQ(receipts[i].ok(), *events[i].call_id != 130) << receipts[i].status();
  }
  EXPECT_EQ(raw().Value("SELECT count(*) FROM call_event"), "39");
  EXPECT_EQ(raw().Value("SELECT count(*) FROM call WHERE status = 'Ringing'"), "39");
  EXPECT_EQ(raw().Value("SELECT status FROM call WHERE id = 130"), "Ready");
}

TEST_F(SqliteRecorderTest, ACallThatIsGoneIsNotFound) {
  const domain::CallState stored;
  domain::Call call;
  call.id = 16;
  call.state.status_word = "Ringing";
  const absl::Status saved = store().Write([&](core::CallWriter& calls) {
    core::RecordedChanges changes;
    changes.calls.push_back({&call, &stored});
    return calls.Save(changes).status();
  });
  EXPECT_EQ(saved.code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace autopulse::callevents::persistence
