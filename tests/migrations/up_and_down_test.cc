// Up, down and up again: schema and rows.

#include <iterator>
#include <map>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "persistence/migrations/revision.h"
#include "persistence/migrations/schema_check.h"
#include "tests/migrations/database_fixture.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

using testing::Contains;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

using UpAndDownTest = DatabaseTest;

// What the columns of base hold that the document keeps.
const char* const kKeptRows =
    "SELECT c.id, c.service_record_id, c.customer_number, c.direction, c.status, c.start_time, "
    "c.end_time, c.duration_sec, c.recording_url, r.customer_name, r.customer_phone, "
    "r.vehicle_info, r.service_type, r.status, r.appointment_date, t.id, t.role, t.content, "
    "t.\"timestamp\", u.id, u.name FROM call c JOIN service_record r ON r.id = c.service_record_id "
    "JOIN transcript t ON t.call_id = c.id CROSS JOIN \"user\" u ORDER BY t.id";

// What hangs on calls, a line for each row.
const char* const kHangingOnCalls =
    "SELECT 'transcript of ' || call_id FROM transcript "
    "UNION ALL SELECT 'event of ' || call_id FROM call_event "
    "UNION ALL SELECT 'transcript of event ' || call_event_id FROM call_event_transcript "
    "UNION ALL SELECT 'base of ' || call_id FROM call_base "
    "UNION ALL SELECT 'attempt of ' || call_id FROM call_folded_attempt";

// A row of each kind, but for the transcript, which base has.
std::string JournalOfCall15() {
  return R"sql(
    INSERT INTO call_event (id, call_id, event_id, event_time, receive_time, create_time, outcome,
                            call_status, kind, provider)
      VALUES (31, 15, 'e1', '2024-05-01', '2024-05-01', '2024-05-01', 'applied', 'Completed',
              'report', 'vapi');
    INSERT INTO call_event_transcript (call_event_id, entries) VALUES (31, '[]');
    INSERT INTO call_base (call_id, status, hung_up) VALUES (15, 'Ready', FALSE);
    INSERT INTO call_folded_attempt (call_id, begin_time, mirrored, status, hung_up)
      VALUES (15, '2024-05-01', FALSE, 'Ready', FALSE);
  )sql";
}

TEST_P(UpAndDownTest, HeadIsWhatTheEntitiesNeed) {
  GoUp(HeadRevision());
  const absl::StatusOr<std::vector<Difference>> differences = Verify(connection());
  ASSERT_TRUE(differences.ok()) << differences.status();
  for (const Difference& difference : *differences) ADD_FAILURE() << difference.text;
}

TEST_P(UpAndDownTest, EachDowngradeRestoresTheRevisionBefore) {  // D4
  std::map<int, std::vector<std::string>> schema_at;
  for (int revision = kBaseRevision; revision <= HeadRevision(); ++revision) {
    GoUp(revision);
    schema_at[revision] = Schema();
  }
  for (int revision = HeadRevision(); revision-- > kBaseRevision;) {
    GoDown(revision);
    EXPECT_EQ(Schema(), schema_at[revision]) << "revision " << revision;
    EXPECT_EQ(CurrentRevision(), revision);
  }
  GoUp(HeadRevision());
  EXPECT_EQ(Schema(), schema_at[HeadRevision()]);
}

TEST_P(UpAndDownTest, DowngradesRestoreWhatTheDocumentRestores) {  // D1, D2, D3, D4
  GoUp(HeadRevision());
  GoDown(kBaseRevision);
  const bool sqlite = GetParam() == Dialect::kSqlite;
  const std::string boolean = sqlite ? "BOOLEAN" : "boolean";
  const std::vector<std::string> schema = Schema();
  EXPECT_THAT(schema, Contains("column call.is_demo: " + boolean + " NOT NULL, default false"));
  EXPECT_THAT(schema,
              Contains("column service_record.is_demo: " + boolean + " NOT NULL, default false"));
  EXPECT_THAT(schema, Contains(sqlite ? "column service_record.service_advisor_id: INTEGER"
                                      : "column service_record.service_advisor_id: integer"));
  EXPECT_THAT(schema, Contains(sqlite ? "column service_record.rating: SMALLINT"
                                      : "column service_record.rating: smallint"));
  EXPECT_THAT(schema, Contains(sqlite ? "column service_record.feedback: TEXT"
                                      : "column service_record.feedback: text"));
  EXPECT_THAT(schema,
              Contains(sqlite ? "foreign key service_record service_advisor_id: references "
                                "user(id) on delete NO ACTION on update NO ACTION"
                              : "foreign key service_record service_advisor_id: FOREIGN KEY "
                                "(service_advisor_id) REFERENCES \"user\"(id)"));
  for (const char* gone : {"call.vapi_call_id", "call.cost", "transcript.end_time", "call_event"}) {
    EXPECT_THAT(schema, Not(Contains(HasSubstr(gone))));
  }
}

TEST_P(UpAndDownTest, RowsOfBaseSurviveUpDownAndUp) {
  GoUp(kBaseRevision);
  Run(RowsOfBase());
  const std::vector<std::string> kept = Lines(kKeptRows);
  ASSERT_EQ(kept.size(), 2U);
  for (int round = 0; round < 2; ++round) {
    GoUp(HeadRevision());
    EXPECT_EQ(Lines(kKeptRows), kept);
    GoDown(kBaseRevision);
    EXPECT_EQ(Lines(kKeptRows), kept);
  }
  // The document's downgrade makes them anew.
  EXPECT_EQ(Value("SELECT CAST(is_demo AS INTEGER) FROM call"), "0");
  EXPECT_EQ(Value("SELECT rating FROM service_record"), "");
}

TEST_P(UpAndDownTest, WhatTheDocumentAddsSurvivesTheRevisionsAbove) {
  constexpr int kTranscriptRevision = 4;
  const char* const added =
      "SELECT c.vapi_call_id, c.ended_reason, c.cost, c.duration_ms, t.seconds_from_start, "
      "t.duration, t.end_time FROM call c JOIN transcript t ON t.call_id = c.id ORDER BY t.id";
  GoUp(kBaseRevision);
  Run(RowsOfBase());
  GoUp(kTranscriptRevision);
  Run("UPDATE call SET vapi_call_id = 'v-1', ended_reason = 'customer-ended-call', "
      "cost = 12.3456, duration_ms = 60250");
  Run("UPDATE transcript SET seconds_from_start = 1.5, duration = 700, "
      "end_time = '2024-05-01 10:00:02.000000'");
  const std::vector<std::string> before = Lines(added);
  GoUp(HeadRevision());
  EXPECT_EQ(Lines(added), before);
  GoDown(kTranscriptRevision);
  EXPECT_EQ(Lines(added), before);
}

TEST_P(UpAndDownTest, ALossIsNamedAndRefusedBeforeAnythingIsChanged) {
  GoUp(kBaseRevision);
  Run(RowsOfBase());
  GoUp(HeadRevision());
  Run("UPDATE call SET cost = 1.5, ended_reason = '" + std::string(121, 'x') + "'");
  Run("INSERT INTO creation_request (request_id, digest, name, create_time) "
      "VALUES ('r', 'd', 'calls/15', '2024-05-01 10:00:00.000000')");
  const absl::Status refused = Downgrade(connection(), kBaseRevision, IfDataIsLost::kRefuse,
                                         [](const std::string&) { ADD_FAILURE(); });
  EXPECT_EQ(refused.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(refused.message()),
              testing::AllOf(HasSubstr("table creation_request: 1 rows"),
                             HasSubstr("call.ended_reason: 1 values cut to 50 characters"),
                             HasSubstr("call.cost: 1 values"), HasSubstr("--yes"),
                             Not(HasSubstr("call_event")), Not(HasSubstr("call.outcome"))));
  EXPECT_EQ(CurrentRevision(), HeadRevision());
  GoDown(5);
  EXPECT_EQ(Value("SELECT ended_reason FROM call"), std::string(50, 'x'));
}

TEST_P(UpAndDownTest, EmptyTablesNeedNoPermissionToGoDown) {
  GoUp(HeadRevision());
  EXPECT_TRUE(Downgrade(connection(), kBaseRevision, IfDataIsLost::kRefuse, [](const std::string&) {
              }).ok());
  EXPECT_EQ(CurrentRevision(), kBaseRevision);
}

// Columns and tables of a schema, as a script names them.
std::set<std::string> DataIn(const Catalogue& catalogue) {
  std::set<std::string> names;
  for (const auto& [name, thing] : catalogue.things) {
    if (name.rfind("column ", 0) != 0) continue;
    names.insert(name.substr(7));
    names.insert(thing.table);
  }
  return names;
}

TEST_P(UpAndDownTest, EveryScriptNamesAllThatItDrops) {
  const auto check = [&](const std::string& script, int target, bool up) {
    const std::set<std::string> before = DataIn(*ReadCatalogue(connection()));
    up ? GoUp(target) : GoDown(target);
    const std::set<std::string> after = DataIn(*ReadCatalogue(connection()));
    for (const std::string& name : before) {
      const std::string table = name.substr(0, name.find('.'));
      if (after.count(name) > 0 || (name != table && after.count(table) == 0)) continue;
      EXPECT_THAT(script, HasSubstr("-- drops: " + name + "\n"));
    }
  };
  for (const auto& revision : Revisions(GetParam())) check(revision.up, revision.number, true);
  for (int number = HeadRevision(); number > kBaseRevision; --number) {
    check(Revisions(GetParam())[static_cast<std::size_t>(number - 1)].down, number - 1, false);
  }
}

TEST_P(UpAndDownTest, NumbersGoOnWhereTheyWere) {
  GoUp(kBaseRevision);
  Run("INSERT INTO \"user\" (name) VALUES ('a'), ('b')");
  GoUp(HeadRevision());
  Run("INSERT INTO \"user\" (name) VALUES ('c')");
  GoDown(kBaseRevision);
  Run("INSERT INTO \"user\" (name) VALUES ('d')");
  EXPECT_THAT(Lines("SELECT id, name FROM \"user\" ORDER BY id"),
              ElementsAre("1|a", "2|b", "3|c", "4|d"));
}

TEST_P(UpAndDownTest, DeletingACallDeletesItsTranscriptAndJournal) {  // section A
  GoUp(kBaseRevision);
  Run(RowsOfBase());
  GoUp(HeadRevision());
  Run(JournalOfCall15());
  ASSERT_THAT(Lines(kHangingOnCalls), SizeIs(6));
  Run("DELETE FROM call WHERE id = 15");
  EXPECT_THAT(Lines(kHangingOnCalls), IsEmpty());
}

TEST_P(UpAndDownTest, AServiceRecordThatACallHasIsNotDeleted) {
  GoUp(kBaseRevision);
  Run(RowsOfBase());
  GoUp(HeadRevision());
  EXPECT_THAT(std::string(connection().Run("DELETE FROM service_record").message()),
              ContainsRegex("(FOREIGN KEY|foreign key) constraint"));
  Run("DELETE FROM call");
  Run("DELETE FROM service_record");
}

// PostgreSQL's foreign keys leave nothing behind.
class SqliteUpAndDownTest : public UpAndDownTest {};

TEST_P(SqliteUpAndDownTest, WhatDeletedRowsLeftBehindIsRemoved) {
  constexpr int kBeforeDeletions = 9;
  GoUp(kBaseRevision);
  Run(RowsOfBase());
  GoUp(kBeforeDeletions);
  Run(JournalOfCall15());
  Run("INSERT INTO call (id, status, service_record_id) VALUES (16, 'Ready', 7)");
  Run("INSERT INTO transcript (call_id, role, timestamp) VALUES (16, 'human', '2024-05-01')");
  Run("DELETE FROM call WHERE id = 15");
  Run("DELETE FROM service_record");
  ASSERT_THAT(Lines(kHangingOnCalls), SizeIs(7));
  GoUp(HeadRevision());
  EXPECT_THAT(Lines(kHangingOnCalls), ElementsAre("transcript of 16"));
  EXPECT_THAT(Lines("SELECT id, status, service_record_id FROM call"), ElementsAre("16|Ready|"));
}

INSTANTIATE_FOR_BOTH_DATABASES(UpAndDownTest);
INSTANTIATE_FOR_SQLITE(SqliteUpAndDownTest);

}  // namespace
}  // namespace autopulse::callevents::persistence::migrations
