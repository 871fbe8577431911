// Whether a database is what the programs need, and what they say if not.

#include "persistence/migrations/schema_check.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "persistence/migrations/revision.h"
#include "tests/migrations/database_fixture.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

class SchemaCheckTest : public DatabaseTest {
 protected:
  std::vector<Difference> Differences() {
    absl::StatusOr<std::vector<Difference>> differences = Verify(connection());
    EXPECT_TRUE(differences.ok()) << differences.status();
    return differences.ok() ? *std::move(differences) : std::vector<Difference>();
  }
};

auto IsError(const std::string& text) {
  return AllOf(Field(&Difference::text, HasSubstr(text)), Field(&Difference::is_error, true));
}

auto IsNote(const std::string& text) {
  return AllOf(Field(&Difference::text, HasSubstr(text)), Field(&Difference::is_error, false));
}

TEST_P(SchemaCheckTest, EveryDifferenceIsFound) {
  GoUp(HeadRevision());
  Run("DROP INDEX call_status_i");
  Run("DROP INDEX call_outcome_i");
  Run("ALTER TABLE call DROP COLUMN cost");
  Run("ALTER TABLE call DROP COLUMN outcome");
  Run("ALTER TABLE call ADD COLUMN outcome VARCHAR(3)");
  Run("DROP TABLE creation_request");
  EXPECT_THAT(Differences(), AllOf(Contains(IsError("missing: index call_status_i on call")),
                                   Contains(IsError("missing: column call.cost")),
                                   Contains(IsError("different: column call.outcome")),
                                   Contains(IsError("missing: column creation_request.digest"))));
}

TEST_P(SchemaCheckTest, AForeignKeyThatDoesSomethingElseIsFound) {
  GoUp(HeadRevision());
  Run("DROP TABLE call_base");
  Run("CREATE TABLE call_base (call_id BIGINT NOT NULL PRIMARY KEY REFERENCES call (id))");
  EXPECT_THAT(Differences(), Contains(IsError("different: foreign key call_base call_id")));
}

// PostgreSQL needs no triggers.
class SqliteSchemaCheckTest : public SchemaCheckTest {};

TEST_P(SqliteSchemaCheckTest, ATriggerThatWentWithItsTableIsMissedAndMadeAnew) {
  GoUp(HeadRevision());
  Run("DROP TRIGGER call_delete_t");
  EXPECT_THAT(Differences(), ElementsAre(IsError("missing: trigger call_delete_t on call")));
  GoDown(9);
  GoUp(HeadRevision());
  EXPECT_THAT(Differences(), IsEmpty());
}

TEST_P(SchemaCheckTest, WhatOtherProgramsAddIsNoErrorUnlessItIsInTheWay) {
  GoUp(HeadRevision());
  Run("CREATE TABLE invoice (id INTEGER PRIMARY KEY)");
  Run("ALTER TABLE call ADD COLUMN colour VARCHAR(20)");
  Run("ALTER TABLE call ADD COLUMN weight INTEGER NOT NULL DEFAULT 1");
  Run("CREATE INDEX by_colour ON call (colour)");
  EXPECT_THAT(Differences(),
              testing::UnorderedElementsAre(IsNote("besides: column call.colour"),
                                            IsNote("besides: column call.weight"),
                                            IsNote("besides: index by_colour on call")));
  if (GetParam() == Dialect::kPgsql) {
    Run("ALTER TABLE call ADD COLUMN needed INTEGER NOT NULL");
    EXPECT_THAT(Differences(), Contains(IsError("in the way: column call.needed")));
  }
}

TEST_P(SchemaCheckTest, AnOlderSchemaIsRefusedWithTheCommandToRun) {
  GoUp(4);
  const absl::Status refused = EnsureSchema(url(), IfOutdated::kRefuse);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(
      std::string(refused.message()),
      AllOf(HasSubstr("0004 transcript"), HasSubstr(NameOf(HeadRevision())),
            HasSubstr("call-event-migrate --database=... upgrade"), HasSubstr("--migrate")));
  EXPECT_TRUE(EnsureSchema(url(), IfOutdated::kUpgrade).ok());
  EXPECT_TRUE(EnsureSchema(url(), IfOutdated::kRefuse).ok());
  EXPECT_THAT(Differences(), IsEmpty());
}

TEST_P(SchemaCheckTest, ANewerSchemaIsRefusedAndLeftAlone) {
  GoUp(HeadRevision());
  Run("INSERT INTO schema_migration (revision, name) VALUES (999, 'future')");
  for (IfOutdated if_outdated : {IfOutdated::kRefuse, IfOutdated::kUpgrade}) {
    const absl::Status refused = EnsureSchema(url(), if_outdated);
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(refused.message()), HasSubstr("newer version"));
  }
  EXPECT_FALSE(Downgrade(connection(), kBaseRevision, IfDataIsLost::kGoOn, [](auto&) {}).ok());
  EXPECT_EQ(CurrentRevision(), 999);
}

TEST_P(SchemaCheckTest, AnEmptyFileGetsTheSchemaAndAnEmptyServerOnlyIfAsked) {
  const absl::Status ensured = EnsureSchema(url(), IfOutdated::kRefuse);
  if (GetParam() == Dialect::kSqlite) {
    EXPECT_TRUE(ensured.ok()) << ensured;
  } else {
    EXPECT_THAT(std::string(ensured.message()), HasSubstr("the database is empty"));
    EXPECT_TRUE(EnsureSchema(url(), IfOutdated::kUpgrade).ok());
  }
  EXPECT_EQ(CurrentRevision(), HeadRevision());
  EXPECT_THAT(Differences(), IsEmpty());
}

TEST_P(SchemaCheckTest, ADatabaseWithAllButTheRevisionsIsTakenForHead) {
  GoUp(HeadRevision());
  Run("DROP TABLE schema_migration");
  EXPECT_TRUE(EnsureSchema(url(), IfOutdated::kRefuse).ok());
  EXPECT_EQ(CurrentRevision(), HeadRevision());
}

TEST_P(SchemaCheckTest, TablesWithoutRevisionAreAdoptedOnlyOnceTheyAreStamped) {
  GoUp(kBaseRevision);
  Run("DROP TABLE schema_migration");
  Run(RowsOfBase());
  const absl::Status refused = EnsureSchema(url(), IfOutdated::kUpgrade);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("stamp base"));
  ASSERT_TRUE(Stamp(connection(), kBaseRevision).ok());
  EXPECT_TRUE(EnsureSchema(url(), IfOutdated::kUpgrade).ok());
  EXPECT_THAT(Differences(), IsEmpty());
  EXPECT_EQ(Value("SELECT status FROM call"), "Completed");
}

TEST_P(SchemaCheckTest, AnEmptyDatabaseCannotBeStamped) {
  const absl::Status refused = Stamp(connection(), kBaseRevision);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CurrentRevision(), kNoRevision);
}

TEST_P(SchemaCheckTest, KeysThatOtherTablesReferToBecomeWideWithThem) {
  GoUp(kBaseRevision);
  Run("CREATE TABLE invoice (id INTEGER PRIMARY KEY, call_id INTEGER REFERENCES call (id))");
  GoUp(HeadRevision());
  EXPECT_THAT(Schema(),
              Contains(GetParam() == Dialect::kPgsql ? "column invoice.call_id: bigint"
                                                     : "column invoice.call_id: INTEGER"));
}

TEST_P(SchemaCheckTest, NoColumnOfAnotherProgramIsLost) {
  GoUp(kBaseRevision);
  Run("ALTER TABLE service_record ADD COLUMN colour VARCHAR(20)");
  const absl::Status upgraded = Upgrade(connection(), HeadRevision(), [](auto&) {});
  if (GetParam() == Dialect::kPgsql) {
    EXPECT_TRUE(upgraded.ok()) << upgraded;
  } else {
    // SQLite would have to build the table anew, and does not know the column.
    EXPECT_THAT(std::string(upgraded.message()), HasSubstr("of another program"));
    EXPECT_EQ(CurrentRevision(), 2);
  }
  EXPECT_THAT(Schema(), Contains(HasSubstr("column service_record.colour")));
}

INSTANTIATE_FOR_BOTH_DATABASES(SchemaCheckTest);
INSTANTIATE_FOR_SQLITE(SqliteSchemaCheckTest);

}  // namespace
}  // namespace autopulse::callevents::persistence::migrations
