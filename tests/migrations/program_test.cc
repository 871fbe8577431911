// call-event-migrate as an operator sees it.

#include "tests/migrations/program.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "persistence/migrations/revision.h"
#include "tests/migrations/database_fixture.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Answer {
  int exit_code = -1;
  std::string output;
};

class ProgramTest : public DatabaseTest {
 protected:
  Answer Migrate(std::vector<std::string> arguments) {
    arguments.push_back("--database=" + url());
    Program program(std::move(arguments));
    const int exit_code = program.Wait();
    return {exit_code, program.output()};
  }
};

TEST_P(ProgramTest, CurrentAndHistorySayWhereTheDatabaseIs) {
  EXPECT_EQ(Migrate({"current"}).output, "at none\n");
  EXPECT_EQ(Migrate({"upgrade", "call"}).exit_code, 0);
  EXPECT_EQ(Migrate({"current"}).output, "at 0002 call\n");
  EXPECT_THAT(Migrate({"history"}).output,
              AllOf(HasSubstr("  0001 base: "), HasSubstr("* 0002 call: D1"),
                    HasSubstr(NameOf(HeadRevision()) + " (head)")));
  EXPECT_EQ(Migrate({"upgrade"}).exit_code, 0);
  const int head = HeadRevision();
  EXPECT_EQ(Migrate({"downgrade", "-2"}).output,
            absl::StrCat("undid ", NameOf(head), "\nundid ", NameOf(head - 1), "\nat ",
                         NameOf(head - 2), "\n"));
}

TEST_P(ProgramTest, APlanIsTheSqlThatWouldRun) {
  const Answer plan = Migrate({"plan"});
  EXPECT_EQ(plan.exit_code, 0);
  EXPECT_EQ(CurrentRevision(), kNoRevision);
  EXPECT_TRUE(Schema().empty());
  // Run by hand, it does the same.
  Run(plan.output);
  EXPECT_EQ(CurrentRevision(), HeadRevision());
  EXPECT_EQ(Migrate({"verify"}).exit_code, 0);
}

TEST_P(ProgramTest, VerifyFailsWhereSomethingIsMissing) {
  ASSERT_EQ(Migrate({"upgrade"}).exit_code, 0);
  EXPECT_EQ(Migrate({"verify"}).exit_code, 0);
  Run("DROP INDEX call_outcome_i");
  const Answer answer = Migrate({"verify"});
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_THAT(answer.output, AllOf(HasSubstr("missing: index call_outcome_i on call"),
                                   HasSubstr("1 difference\n")));
}

TEST_P(ProgramTest, ALossNeedsYes) {
  ASSERT_EQ(Migrate({"upgrade", "base"}).exit_code, 0);
  Run(RowsOfBase());
  EXPECT_THAT(Migrate({"upgrade"}).output, HasSubstr("dropped service_record.rating: 1 values"));
  Run("UPDATE call SET cost = 1");
  const Answer refused = Migrate({"downgrade", "base"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("call.cost: 1 values"));
  EXPECT_EQ(Migrate({"downgrade", "base", "--yes"}).exit_code, 0);
  EXPECT_EQ(CurrentRevision(), kBaseRevision);
}

TEST_P(ProgramTest, AVariableOfTheEnvironmentIsNoYes) {
  ASSERT_EQ(Migrate({"upgrade", "base"}).exit_code, 0);
  Run(RowsOfBase());
  ASSERT_EQ(Migrate({"upgrade"}).exit_code, 0);
  Run("UPDATE call SET cost = 1");
  setenv("CALL_EVENT_MIGRATE_YES", "true", 1);
  EXPECT_EQ(Migrate({"downgrade", "base"}).exit_code, 1);
  unsetenv("CALL_EVENT_MIGRATE_YES");
  EXPECT_EQ(CurrentRevision(), HeadRevision());
}

TEST_P(ProgramTest, StampAdoptsWhatAnotherProgramMade) {
  EXPECT_EQ(Migrate({"stamp", "base"}).exit_code, 1);
  ASSERT_EQ(Migrate({"upgrade", "base"}).exit_code, 0);
  Run("DROP TABLE schema_migration");
  const Answer refused = Migrate({"upgrade"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("stamp base"));
  EXPECT_EQ(Migrate({"stamp", "base"}).exit_code, 0);
  EXPECT_EQ(Migrate({"upgrade"}).exit_code, 0);
}

TEST_P(ProgramTest, AWrongCommandLineIsRefusedWithoutADatabase) {
  const std::vector<std::vector<std::string>> wrong = {
      {}, {"up"}, {"upgrade", "nowhere"}, {"downgrade"}, {"current", "head"}, {"downgrade", "-1"}};
  for (const std::vector<std::string>& words : wrong) {
    EXPECT_EQ(Migrate(words).exit_code, 2) << testing::PrintToString(words);
  }
  EXPECT_TRUE(Schema().empty());
}

TEST_P(ProgramTest, AnOptionOfAnotherCommandIsRefusedByItsName) {
  const std::vector<std::vector<std::string>> wrong = {
      {"upgrade", "--overwrite=name"},    {"upgrade", "--fold-window=3d"}, {"plan", "--yes"},
      {"retain", "--overwrite=nonsense"}, {"refold", "--erase-after=1d"},  {"verify", "--dry-run"}};
  for (const std::vector<std::string>& words : wrong) {
    const Answer refused = Migrate(words);
    EXPECT_EQ(refused.exit_code, 2) << testing::PrintToString(words);
    EXPECT_THAT(refused.output, HasSubstr("'" + words[1].substr(0, words[1].find('=')) + "'"));
    EXPECT_THAT(refused.output, HasSubstr("call-event-migrate " + words[0] + " --help"));
  }
  EXPECT_TRUE(Schema().empty());
}

INSTANTIATE_FOR_BOTH_DATABASES(ProgramTest);

TEST(HelpTest, OfACommandIsAboutItAlone) {
  Program program({"refold", "--help"});
  EXPECT_EQ(program.Wait(), 0);
  EXPECT_THAT(program.output(), AllOf(HasSubstr("--overwrite"), Not(HasSubstr("--yes")),
                                      Not(HasSubstr("--fold-window"))));
}

TEST(DatabaseUrlTest, AnEmptyOneIsAWrongCommandLine) {
  const std::vector<std::vector<std::string>> commands = {
      {"upgrade"},
      {"downgrade", "base"},
      {"current"},
      {"history"},
      {"plan"},
      {"verify"},
      {"stamp", "base"},
      {"refold", "--all", "--report-status=completed"},
      {"retain", "--fold-window=30d", "--report-status=completed"}};
  for (std::vector<std::string> words : commands) {
    for (const std::vector<std::string>& empty :
         {std::vector<std::string>{"--database="}, {"--database", ""}}) {
      words.insert(words.begin(), empty.begin(), empty.end());
      Program program(words);
      EXPECT_EQ(program.Wait(), 2) << testing::PrintToString(words);
      EXPECT_THAT(program.output(), HasSubstr("--database: is empty"));
      words.erase(words.begin(), words.begin() + empty.size());
    }
  }
}

TEST(DatabaseUrlTest, ADatabaseThatCannotBeOpenedIsExitCode3WithoutThePassword) {
  const std::vector<std::string> urls = {
      "calls.db",
      "sqlite:",
      "sqlite:/no/such/folder/calls.db",
      "sqlite:" + testing::TempDir(),
      "mysql://user:sesame@host/calls",
      "postgresql://user:sesame@127.0.0.1:1/calls",
      "postgresql://user@127.0.0.1:1/calls?password=sesame",
      "postgresql://user:ses%ame@127.0.0.1:1/calls",
      "postgresql://user:pass/sesame@127.0.0.1/calls",
      "postgresql://user:1/sesame@127.0.0.1/calls",
      "postgresql://user:pass?sesame@127.0.0.1/calls",
      "postgresql://user:pass@sesame@127.0.0.1/calls",
      "postgresql://user:pass#sesame@127.0.0.1:1/calls",
      "postgresql://user:sesame@[127.0.0.1/calls",
      "postgresql://user:sesame/calls",
  };
  for (const std::string& url : urls) {
    Program program({"upgrade", "--database=" + url});
    EXPECT_EQ(program.Wait(), 3) << url;
    EXPECT_THAT(program.output(), AllOf(Not(HasSubstr("sesame")), HasSubstr("\n"))) << url;
  }
}

}  // namespace
}  // namespace autopulse::callevents::persistence::migrations
