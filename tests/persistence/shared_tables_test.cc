// The tables are shared with other programs: what they find there, and what they may leave there.

#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "services/base/status_macros.h"
#include "tests/contract/call_store_contract.h"
#include "tests/persistence/raw_sqlite.h"
#include "tests/persistence/store_file.h"

namespace autopulse::callevents::persistence {
namespace {

using contract::At;
using testing::ElementsAre;
using testing::HasSubstr;

class SharedTablesTest : public StoreFileTest {
 protected:
  void SetUp() override {
    StoreFileTest::SetUp();
    raw_.emplace(path());
  }

  RawSqlite& raw() { return *raw_; }

  void InsertFullCall() {
    domain::Call call;
    call.id = 15;
    call.create_time = At(7);
    call.state = contract::FullState();
    EXPECT_TRUE(
        store().Write([&](core::CallWriter& w) { return w.InsertCall(call).status(); }).ok());
  }

  std::optional<absl::Time> StartTimeWrittenAs(const std::string& text) {
    raw().Run("INSERT INTO call (status, start_time) VALUES ('Ready', '" + text + "')");
    return GetCall(std::stoll(raw().Value("SELECT max(id) FROM call"))).state.start_time;
  }

 private:
  std::optional<RawSqlite> raw_;
};

TEST_F(SharedTablesTest, TimesAreUtcTextWithMicroseconds) {
  InsertFullCall();
  EXPECT_THAT(raw().Query("SELECT start_time, create_time, typeof(start_time) FROM call"),
              ElementsAre("2026-01-31 12:00:00.000001", "2026-01-31 12:00:00.000007", "text"));
}

TEST_F(SharedTablesTest, StatusAndOutcomeAreWords) {  // S1
  InsertFullCall();
  EXPECT_THAT(raw().Query("SELECT status, outcome FROM call"),
              ElementsAre("In Progress", "ANSWERED"));
}

TEST_F(SharedTablesTest, CostIsANumberOfFourDecimals) {  // R3
  InsertFullCall();
  EXPECT_EQ(raw().Value("SELECT cost FROM call WHERE cost = 0.1053"), "0.1053");
}

TEST_F(SharedTablesTest, WhatIsUnknownIsNull) {
  EXPECT_TRUE(store().Write([](core::CallWriter& w) { return w.InsertCall({}).status(); }).ok());
  EXPECT_THAT(raw().Query("SELECT customer_number, direction, start_time, cost, outcome, "
                          "vapi_call_id, create_time, service_record_id FROM call"),
              testing::Each("NULL"));
}

TEST_F(SharedTablesTest, CallOfAnotherProgramNeedsAStatusOnly) {
  raw().Run("INSERT INTO call (id, status) VALUES (7, 'Scheduled')");
  const domain::Call call = GetCall(7);
  EXPECT_EQ(call.state.status_word, "Scheduled");
  EXPECT_EQ(call.state.start_time, std::nullopt);
  EXPECT_EQ(call.create_time, std::nullopt);
}

TEST_F(SharedTablesTest, RowsOfOtherProgramsGetTheNextId) {
  InsertFullCall();
  raw().Run("INSERT INTO call (status) VALUES ('Ready')");
  EXPECT_EQ(raw().Value("SELECT max(id) FROM call"), "16");
}

TEST_F(SharedTablesTest, TranscriptOfAnotherProgramIsRead) {
  raw().Run(
      "INSERT INTO call (id, status) VALUES (7, 'Ready');"
      "INSERT INTO transcript (call_id, role, timestamp) VALUES (7, 'human', '2026-01-31 12:00')");
  EXPECT_TRUE(store()
                  .Read([](core::CallReader& reader) -> absl::Status {
                    ASSIGN_OR_RETURN(const auto lines, reader.ListTranscript(7, 0, 10));
                    EXPECT_EQ(lines.at(0).entry.role, "human");
                    EXPECT_EQ(lines.at(0).entry.content, "");
                    EXPECT_EQ(lines.at(0).entry.start_time, At(0));
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_F(SharedTablesTest, TimesOfOtherProgramsAreReadHoweverTheyAreWritten) {
  EXPECT_EQ(StartTimeWrittenAs("2026-01-31 12:00:00"), At(0));
  EXPECT_EQ(StartTimeWrittenAs("2026-01-31T12:00:00.25Z"), At(250'000));
  EXPECT_EQ(StartTimeWrittenAs("2026-01-31 14:00:00.000001999+02:00"), At(1));
  EXPECT_EQ(StartTimeWrittenAs("2026-01-31 06:30-0530"), At(0));
  EXPECT_EQ(StartTimeWrittenAs("2026-01-31"), At(0) - absl::Hours(12));
}

TEST_F(SharedTablesTest, UnreadableTimeCountsAsAbsent) {
  for (const char* text : {"soon", "", "2026-02-30 12:00:00", "2026-01-31 25:00:00", "1769860800",
                           "2026-01-31 12:00:00 PM"}) {
    EXPECT_EQ(StartTimeWrittenAs(text), std::nullopt) << text;
  }
}

TEST_F(SharedTablesTest, PagesLoseNoCallWhoseTimeIsWrittenInAnotherWay) {
  raw().Run(
      "INSERT INTO call (status, start_time) VALUES ('Ready', '2026-01-31 12:00:00'),"
      "('Ready', '2026-01-31 12:00:00'), ('Ready', '2026-01-31 12:00:00.000000'),"
      "('Ready', 'soon'), ('Ready', NULL), ('Ready', 'later')");
  for (const bool descending : {false, true}) {
    core::CallQuery query;
    query.order_by = core::CallField::kStartTime;
    query.descending = descending;
    query.limit = 1;
    std::vector<std::int64_t> ids;
    EXPECT_TRUE(store()
                    .Read([&](core::CallReader& reader) -> absl::Status {
                      for (int page = 0; page < 10; ++page) {
                        ASSIGN_OR_RETURN(const auto calls, reader.ListCalls(query));
                        if (calls.empty()) break;
                        ids.push_back(calls[0].id);
                        query.after = core::CallPosition{calls[0].state.start_time, calls[0].id};
                      }
                      return absl::OkStatus();
                    })
                    .ok());
    EXPECT_THAT(ids, testing::UnorderedElementsAre(1, 2, 3, 4, 5, 6));
  }
}

TEST_F(SharedTablesTest, DeletedCallTakesItsJournalAlong) {
  EXPECT_TRUE(
      store()
          .Write([](core::CallWriter& writer) -> absl::Status {
            ASSIGN_OR_RETURN(const std::int64_t id, writer.InsertCall({}));
            RETURN_IF_ERROR(contract::InsertBase(writer, id, {}));
            RETURN_IF_ERROR(contract::ReplaceTranscript(writer, id, contract::TwoEntries()));
            return contract::InsertEvent(writer, contract::EventOf(id, "e", contract::FullReport()))
                .status();
          })
          .ok());
  raw().Run("DELETE FROM call");
  EXPECT_THAT(raw().Query("SELECT (SELECT count(*) FROM call_event), "
                          "(SELECT count(*) FROM call_event_transcript), "
                          "(SELECT count(*) FROM call_base), (SELECT count(*) FROM transcript)"),
              testing::Each("0"));
}

TEST_F(SharedTablesTest, SequencesAreNeverGivenAgain) {
  const auto record = [&] {
    std::int64_t sequence = 0;
    EXPECT_TRUE(store()
                    .Write([&](core::CallWriter& writer) -> absl::Status {
                      ASSIGN_OR_RETURN(const std::int64_t id, writer.InsertCall({}));
                      ASSIGN_OR_RETURN(sequence,
                                       contract::InsertEvent(writer, contract::EventOf(id, "e")));
                      return absl::OkStatus();
                    })
                    .ok());
    return sequence;
  };
  const std::int64_t first = record();
  raw().Run("DELETE FROM call");
  EXPECT_GT(record(), first);
}

TEST_F(SharedTablesTest, ServiceRecordOfACallCannotBeDeleted) {
  EXPECT_TRUE(store()
                  .Write([](core::CallWriter& writer) -> absl::Status {
                    domain::Call call;
                    ASSIGN_OR_RETURN(call.service_record_id, writer.InsertServiceRecord({}));
                    return writer.InsertCall(call).status();
                  })
                  .ok());
  EXPECT_EQ(raw().Value("SELECT count(*) FROM pragma_foreign_key_list('call') "
                        "WHERE \"table\" = 'service_record' AND on_delete = 'NO ACTION'"),
            "1");
}

TEST_F(SharedTablesTest, SharedTablesHaveTheColumnsOfTheDesignDocument) {  // D1, D2, D3
  const auto columns = [&](const std::string& table) {
    std::string all;
    for (const std::string& column :
         raw().Query("SELECT name || ' ' || type || iif(\"notnull\", ' NOT NULL', '') FROM "
                     "pragma_table_info('" +
                     table + "') ORDER BY cid")) {
      all += column + "\n";
    }
    return all;
  };
  EXPECT_THAT(columns("call"),
              HasSubstr("vapi_call_id VARCHAR(100)\ncost NUMERIC(10,4)\nduration_ms INTEGER\n"));
  EXPECT_THAT(columns("call"), HasSubstr("ended_reason TEXT\n"));  // V7
  EXPECT_THAT(columns("call"), HasSubstr("status VARCHAR(20) NOT NULL\nstart_time DATETIME\n"));
  EXPECT_EQ(columns("service_record"),
            "id INTEGER NOT NULL\ncustomer_name VARCHAR(100)\ncustomer_phone VARCHAR(20)\n"
            "vehicle_info VARCHAR(100)\nservice_type VARCHAR(50)\nstatus VARCHAR(20) NOT NULL\n"
            "appointment_date DATETIME\ncreate_time DATETIME\nupdate_time DATETIME\n");
  EXPECT_EQ(columns("transcript"),
            "id INTEGER NOT NULL\ncall_id INTEGER NOT NULL\nrole VARCHAR(50) NOT NULL\n"
            "content TEXT\ntimestamp DATETIME NOT NULL\nseconds_from_start FLOAT\n"
            "duration INTEGER\nend_time DATETIME\n");
}

}  // namespace
}  // namespace autopulse::callevents::persistence
