// What fails, is killed or runs twice at once.

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "persistence/migrations/revision.h"
#include "tests/migrations/database_fixture.h"
#include "tests/migrations/program.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

using testing::HasSubstr;

class InterruptionTest : public DatabaseTest {
 protected:
  Program Migrate(const std::string& command, const std::string& revision) {
    std::vector<std::string> arguments = {"--database=" + url(), command, revision};
    if (command == "downgrade") arguments.emplace_back("--yes");
    return Program(std::move(arguments));
  }

  // What each revision looks like; the database is at head afterwards.
  std::map<int, std::vector<std::string>> SchemaOfEachRevision() {
    std::map<int, std::vector<std::string>> schema_at;
    schema_at[kNoRevision] = Schema();
    for (int revision = kBaseRevision; revision <= HeadRevision(); ++revision) {
      GoUp(revision);
      schema_at[revision] = Schema();
    }
    return schema_at;
  }

  // Waits for whoever is in the middle of a revision: a server finishes what a client, now dead,
  // had sent.
  void AwaitOthers() {
    const absl::Status alone =
        InExclusiveTransaction(connection(), [] { return absl::OkStatus(); });
    ASSERT_TRUE(alone.ok()) << alone;
  }
};

TEST_P(InterruptionTest, AStatementThatFailsUndoesItsRevision) {
  constexpr int kBeforeJournal = 6;
  GoUp(kBeforeJournal);
  // The third table that the revision makes.
  Run("CREATE TABLE call_base (call_id INTEGER)");
  const std::vector<std::string> before = Schema();
  const absl::Status failed =
      Upgrade(connection(), HeadRevision(), [](const std::string&) { ADD_FAILURE(); });
  EXPECT_THAT(std::string(failed.message()),
              testing::AllOf(HasSubstr("0007 journal"), HasSubstr("changed nothing"),
                             HasSubstr("call_base")));
  EXPECT_EQ(CurrentRevision(), kBeforeJournal);
  EXPECT_EQ(Schema(), before);
  Run("DROP TABLE call_base");
  GoUp(HeadRevision());
}

TEST_P(InterruptionTest, ADowngradeThatFailsUndoesItself) {
  // Late in the script of this revision, on each database.
  const int failing = GetParam() == Dialect::kPgsql ? 5 : 6;
  GoUp(failing);
  Run(GetParam() == Dialect::kPgsql
          ? "INSERT INTO service_record (id, status) VALUES (3000000000, 'fits no INTEGER')"
          : "CREATE INDEX of_another_program ON call (outcome)");
  const std::vector<std::string> before = Schema();
  const absl::Status failed = Downgrade(connection(), kBaseRevision, IfDataIsLost::kGoOn,
                                        [](const std::string&) { ADD_FAILURE(); });
  EXPECT_THAT(std::string(failed.message()), HasSubstr("cannot be undone, and changed nothing"));
  EXPECT_EQ(CurrentRevision(), failing);
  EXPECT_EQ(Schema(), before);
}

TEST_P(InterruptionTest, TwoStartersApplyEachRevisionOnce) {
  Program first = Migrate("upgrade", "head");
  Program second = Migrate("upgrade", "head");
  EXPECT_EQ(first.Wait(), 0) << first.output();
  EXPECT_EQ(second.Wait(), 0) << second.output();
  const std::string output = first.output() + second.output();
  for (const Revision& revision : Revisions(GetParam())) {
    const std::string line = absl::StrCat("applied ", NameOf(revision.number), "\n");
    const std::size_t found = output.find(line);
    EXPECT_NE(found, std::string::npos) << line;
    EXPECT_EQ(output.find(line, found + 1), std::string::npos) << "twice: " << line;
  }
  EXPECT_EQ(CurrentRevision(), HeadRevision());
}

TEST_P(InterruptionTest, WhoeverIsKilledLeavesAWholeRevision) {
  constexpr int kKills = 30;
  constexpr int kMostWork = 400'000;  // takes no longer than a revision
  const std::map<int, std::vector<std::string>> schema_at = SchemaOfEachRevision();
  std::mt19937 random(20240501);
  const auto up_to = [&](int most) { return std::uniform_int_distribution<int>(1, most)(random); };
  int killed = 0;
  for (int i = 0; i < kKills; ++i) {
    const int ahead =
        i % 2 == 0 ? CurrentRevision() - kBaseRevision : HeadRevision() - CurrentRevision();
    Program program = Migrate(i % 2 == 0 ? "downgrade" : "upgrade", i % 2 == 0 ? "base" : "head");
    program.AwaitLines(up_to(std::max(1, ahead - 1)));                 // one for each revision
    for (std::atomic<int> work = up_to(kMostWork); work > 0;) --work;  // to be anywhere in the next
    program.Kill();
    const int exit_code = program.Wait();
    killed += exit_code != 0 ? 1 : 0;
    ASSERT_TRUE(exit_code == 0 || exit_code == 128 + 9) << program.output();
    AwaitOthers();
    const int revision = CurrentRevision();
    ASSERT_TRUE(schema_at.count(revision) > 0) << revision;
    ASSERT_EQ(Schema(), schema_at.at(revision)) << "at revision " << revision;
  }
  EXPECT_GT(killed, 0) << "each had ended before";
  EXPECT_EQ(Migrate("upgrade", "head").Wait(), 0);
  EXPECT_EQ(Schema(), schema_at.at(HeadRevision()));
}

INSTANTIATE_FOR_BOTH_DATABASES(InterruptionTest);

}  // namespace
}  // namespace autopulse::callevents::persistence::migrations
