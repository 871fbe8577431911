// What forgetting and erasing leave in each column, by the database's own catalogue: a column that
// is new has to be listed here, on one side or the other [F1, X1].

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "persistence/open_database.h"
#include "services/base/status_macros.h"
#include "tests/migrations/database_fixture.h"

namespace autopulse::callevents::persistence {
namespace {

using migrations::Dialect;
using migrations::NameOfDialect;
using testing::IsSubsetOf;
using testing::UnorderedElementsAreArray;

// The columns of a table, by what becomes of them.
struct Table {
  std::string name;
  std::string when;  // is set to the time
  std::vector<std::string> dropped;
  std::vector<std::string> kept;
};

const Table& Calls() {  // X1
  static const auto& table = *new Table{
      .name = "call",
      .when = "erase_time",
      .dropped = {"customer_number", "recording_url", "recording_expire_time", "ended_reason",
                  "analysis_summary", "analysis_success_evaluation", "analysis_structured_data"},
      .kept = {"id", "service_record_id", "direction", "status", "start_time", "end_time",
               "duration_sec", "duration_ms", "vapi_call_id", "cost", "outcome", "create_time",
               "update_time"}};
  return table;
}

const Table& Events() {  // F1, X1
  static const auto& table = *new Table{
      .name = "call_event",
      .when = "forget_time",
      .dropped = {"status", "provider_status", "forwarding", "hangup_reason", "provider_reason",
                  "ended_reason", "ended_reason_group", "start_time", "end_time", "duration_sec",
                  "duration_ms", "cost", "recording_url", "recording_expire_time",
                  "analysis_summary", "analysis_success_evaluation", "analysis_structured_data",
                  "has_transcript", "notice_kind"},
      .kept = {"id", "call_id", "event_id", "event_time", "receive_time", "create_time", "outcome",
               "call_status", "kind", "provider", "provider_call_id", "provider_call_create_time"}};
  return table;
}

const Table& ServiceRecords() {
  static const auto& table =
      *new Table{.name = "service_record",
                 .when = "update_time",
                 .dropped = {"customer_name", "customer_phone", "vehicle_info"},
                 .kept = {"id", "service_type", "status", "appointment_date", "create_time"}};
  return table;
}

// An erased call has no row in these.
const std::vector<std::string> kEmptied = {"transcript", "call_event_transcript", "call_base",
                                           "call_folded_attempt"};

// Nothing in these is dropped by column; of creations the digest is, see the contract.
const std::vector<std::string> kOther = {"user", "housekeeping", "creation_request"};

const absl::Time kNow = absl::UnixEpoch() + absl::Hours(500'000);

using Values = std::map<std::string, std::string>;  // by column; empty if NULL

class DroppedColumnsTest : public migrations::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    auto opened = OpenCallStore(url(), {.migrate = true});
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    MustWrite([&](core::CallWriter& writer) { return InsertRows(writer); });
    for (const Table* table : {&Calls(), &Events(), &ServiceRecords()}) Fill(*table);
  }

  void TearDown() override {
    store_.reset();
    DatabaseTest::TearDown();
  }

  void MustWrite(const core::CallStore::WriteWork& work) {
    EXPECT_EQ(store_->Write(work), absl::OkStatus());
  }

  migrations::Catalogue Catalogue() {
    auto catalogue = migrations::ReadCatalogue(connection());
    EXPECT_TRUE(catalogue.ok()) << catalogue.status();
    return catalogue.value_or(migrations::Catalogue{});
  }

  // The types of a table's columns.
  Values Columns(const std::string& table) {
    Values columns;
    for (const auto& [name, thing] : Catalogue().things) {
      absl::string_view column = name;
      if (absl::ConsumePrefix(&column, absl::StrCat("column ", table, "."))) {
        columns.emplace(column, thing.description);
      }
    }
    return columns;
  }

  // The one row of a table.
  Values Row(const std::string& table) {
    Values values;
    for (const auto& [column, type] : Columns(table)) {
      values[column] = Value(absl::StrCat("SELECT \"", column, "\" FROM \"", table, "\""));
    }
    return values;
  }

  std::string Count(const std::string& table) {
    return Value(absl::StrCat("SELECT count(*) FROM ", table));
  }

  void ExpectDropped(const Table& table, Values before) {
    Values after = Row(table.name);
    for (const std::string& column : table.dropped) {
      EXPECT_NE(before[column], "") << column;
      EXPECT_EQ(after[column], "") << column;
    }
    for (const std::string& column : table.kept) {
      EXPECT_NE(before[column], "") << column;
      EXPECT_EQ(after[column], before[column]) << column;
    }
    EXPECT_NE(after[table.when], before[table.when]);
  }

  std::int64_t service_record_id() const { return service_record_id_; }
  std::int64_t call_id() const { return call_id_; }

 private:
  // Rows in each table of a call and its service record.
  absl::Status InsertRows(core::CallWriter& writer) {
    ASSIGN_OR_RETURN(service_record_id_, writer.InsertServiceRecord({}));
    domain::Call call;
    call.service_record_id = service_record_id_;
    ASSIGN_OR_RETURN(call_id_, writer.InsertCall(call));
    const domain::FoldState base;
    const std::vector<domain::TranscriptEntry> transcript(2);
    domain::EndOfCallReport report;
    report.has_transcript = true;
    report.transcript = transcript;
    domain::CallEvent event;
    event.event_id = "e";
    event.provider = "vapi";
    event.detail = report;
    core::RecordedChanges changes;
    changes.bases.push_back({call_id_, &base});
    changes.events.push_back({call_id_, kNow, domain::EventOutcome::kApplied, "Ready", &event});
    changes.transcripts.push_back({call_id_, &transcript});
    RETURN_IF_ERROR(writer.Save(changes).status());
    domain::CallHistory history;
    history.folded.emplace_back();
    return writer.SaveFolded(call_id_, history);
  }

  // Puts something into every column that is NULL, but that of the time.
  void Fill(const Table& table) {
    std::vector<std::string> assignments;
    for (const auto& [column, type] : Columns(table.name)) {
      if (column == table.when) continue;
      const bool is_time = absl::StrContains(absl::AsciiStrToLower(type), "time");
      assignments.push_back(absl::StrCat("\"", column, "\" = coalesce(\"", column, "\", '",
                                         is_time ? "2026-01-31 12:00:00" : "1", "')"));
    }
    Run(absl::StrCat("UPDATE \"", table.name, "\" SET ", absl::StrJoin(assignments, ", ")));
  }

  std::unique_ptr<core::CallStore> store_;
  std::int64_t service_record_id_ = 0;
  std::int64_t call_id_ = 0;
};

INSTANTIATE_FOR_BOTH_DATABASES(DroppedColumnsTest);

TEST_P(DroppedColumnsTest, EveryColumnIsToBeDroppedOrKept) {  // F1, X1
  for (const Table* table : {&Calls(), &Events(), &ServiceRecords()}) {
    std::vector<std::string> listed = {table->when};
    for (const auto* columns : {&table->dropped, &table->kept}) {
      listed.insert(listed.end(), columns->begin(), columns->end());
    }
    std::vector<std::string> columns;
    for (const auto& [column, type] : Columns(table->name)) columns.push_back(column);
    EXPECT_THAT(columns, UnorderedElementsAreArray(listed)) << table->name;
  }
}

TEST_P(DroppedColumnsTest, EveryTableIsKnownToErasing) {  // X1
  std::set<std::string> tables = {Calls().name, Events().name, ServiceRecords().name};
  tables.insert(kEmptied.begin(), kEmptied.end());
  tables.insert(kOther.begin(), kOther.end());
  std::set<std::string> found;
  for (const auto& [name, thing] : Catalogue().things) found.insert(thing.table);
  EXPECT_THAT(found, IsSubsetOf(tables));
}

TEST_P(DroppedColumnsTest, ForgettingDropsWhatEventsSaidAndNothingElse) {  // F1
  const Values call = Row("call");
  const Values event = Row("call_event");
  MustWrite([&](core::CallWriter& writer) { return writer.ForgetEvents(call_id(), kNow); });
  ExpectDropped(Events(), event);
  EXPECT_EQ(Row("call"), call);
  EXPECT_EQ(Count("call_event_transcript"), "0");
  EXPECT_EQ(Count("transcript"), "2");
}

TEST_P(DroppedColumnsTest, ErasingACallDropsWhatIsPersonalAndNothingElse) {  // X1
  const Values call = Row("call");
  const Values event = Row("call_event");
  const Values record = Row("service_record");
  MustWrite([&](core::CallWriter& writer) { return writer.EraseCall(call_id(), kNow); });
  ExpectDropped(Calls(), call);
  ExpectDropped(Events(), event);
  EXPECT_EQ(Row("service_record"), record);
  for (const std::string& table : kEmptied) EXPECT_EQ(Count(table), "0") << table;
}

TEST_P(DroppedColumnsTest, ErasingAServiceRecordDropsTheCustomerAndNothingElse) {
  const Values record = Row("service_record");
  const Values call = Row("call");
  MustWrite([&](core::CallWriter& writer) {
    return writer.EraseServiceRecord(service_record_id(), kNow);
  });
  ExpectDropped(ServiceRecords(), record);
  EXPECT_EQ(Row("call"), call);
}

}  // namespace
}  // namespace autopulse::callevents::persistence
