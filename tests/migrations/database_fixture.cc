#include "tests/migrations/database_fixture.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/postgres/postgres_cluster.h"

namespace autopulse::callevents::persistence::migrations {

void DatabaseTest::SetUp() {
  if (GetParam() == Dialect::kPgsql) {
    url_ = NewPostgresDatabase();
  } else {
    url_ = absl::StrCat("sqlite:", folder_ / "calls.db");
  }
  absl::StatusOr<std::unique_ptr<Connection>> opened = OpenConnection(url_, IfMissing::kCreate);
  ASSERT_TRUE(opened.ok()) << opened.status();
  connection_ = *std::move(opened);
}

void DatabaseTest::Run(const std::string& sql) {
  const absl::Status ran = connection_->Run(sql);
  ASSERT_TRUE(ran.ok()) << sql << ": " << ran;
}

std::string DatabaseTest::Value(const std::string& sql) {
  const std::vector<std::string> lines = Lines(sql);
  EXPECT_EQ(lines.size(), 1U) << sql;
  return lines.empty() ? "" : lines.front();
}

std::vector<std::string> DatabaseTest::Lines(const std::string& sql) {
  const absl::StatusOr<std::vector<Row>> rows = connection_->Query(sql);
  EXPECT_TRUE(rows.ok()) << sql << ": " << rows.status();
  std::vector<std::string> lines;
  if (!rows.ok()) return lines;
  for (const Row& row : *rows) lines.push_back(absl::StrJoin(row, "|"));
  return lines;
}

std::vector<std::string> DatabaseTest::Schema() {
  const absl::StatusOr<Catalogue> catalogue = ReadCatalogue(*connection_);
  EXPECT_TRUE(catalogue.ok()) << catalogue.status();
  std::vector<std::string> lines;
  if (!catalogue.ok()) return lines;
  for (const auto& [name, thing] : catalogue->things) {
    lines.push_back(absl::StrCat(name, ": ", thing.description));
  }
  return lines;
}

int DatabaseTest::CurrentRevision() {
  const absl::StatusOr<SchemaState> state = ReadState(*connection_);
  EXPECT_TRUE(state.ok()) << state.status();
  return state.ok() ? state->revision : -1;
}

void DatabaseTest::GoUp(int revision) {
  const absl::Status done = Upgrade(*connection_, revision, [](const std::string&) {});
  ASSERT_TRUE(done.ok()) << done;
}

void DatabaseTest::GoDown(int revision) {
  const absl::Status done =
      Downgrade(*connection_, revision, IfDataIsLost::kGoOn, [](const std::string&) {});
  ASSERT_TRUE(done.ok()) << done;
}

std::string RowsOfBase() {
  return R"sql(
    INSERT INTO "user" (id, name) VALUES (3, 'Ada');
    INSERT INTO service_record (id, customer_name, customer_phone, vehicle_info, service_type,
                                status, appointment_date, feedback, rating, service_advisor_id)
      VALUES (7, 'Grace', '+1555', 'blue van', 'Oil', 'Scheduled', '2024-05-01 10:00:00.000000',
              'good', 5, 3);
    INSERT INTO call (id, service_record_id, customer_number, direction, status, start_time,
                      end_time, duration_sec, recording_url, is_demo)
      VALUES (15, 7, '+1555', 'outbound', 'Completed', '2024-05-01 10:00:00.250000',
              '2024-05-01 10:01:00.500000', 60, 'https://r/1', true);
    INSERT INTO transcript (id, call_id, role, content, "timestamp")
      VALUES (21, 15, 'human', 'hello', '2024-05-01 10:00:01.000000'),
             (22, 15, 'assistant', 'good morning', '2024-05-01 10:00:02.125000');
  )sql";
}

std::string NameOfDialect(const testing::TestParamInfo<Dialect>& info) {
  return info.param == Dialect::kSqlite ? "Sqlite" : "Pgsql";
}

}  // namespace autopulse::callevents::persistence::migrations
