#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "persistence/migrations/catalogue.h"
#include "persistence/migrations/connection.h"
#include "persistence/migrations/migrator.h"
#include "tests/temporary_folder.h"

namespace autopulse::callevents::persistence::migrations {

// A test that runs on SQLite and on PostgreSQL, each time on an empty database of its own. What
// fails here fails the test.
class DatabaseTest : public testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override;

  const std::string& url() const { return url_; }
  Connection& connection() { return *connection_; }

  void Run(const std::string& sql);

  // The one value of a query.
  std::string Value(const std::string& sql);

  // What a query gives, a line for each row, values split by `|`.
  std::vector<std::string> Lines(const std::string& sql);

  // What the database consists of, a line for each thing.
  std::vector<std::string> Schema();

  int CurrentRevision();
  void GoUp(int revision);
  void GoDown(int revision);

 private:
  const TemporaryFolder folder_;
  std::string url_;
  std::unique_ptr<Connection> connection_;
};

// One row in each table of base, with all columns filled.
std::string RowsOfBase();

std::string NameOfDialect(const testing::TestParamInfo<Dialect>& info);

// Makes the parameterized tests of `suite` run on both databases.
#define INSTANTIATE_FOR_BOTH_DATABASES(suite)                                               \
  INSTANTIATE_TEST_SUITE_P(Both, suite, testing::Values(Dialect::kSqlite, Dialect::kPgsql), \
                           NameOfDialect)

// The same for what there is on SQLite only.
#define INSTANTIATE_FOR_SQLITE(suite) \
  INSTANTIATE_TEST_SUITE_P(Only, suite, testing::Values(Dialect::kSqlite), NameOfDialect)

}  // namespace autopulse::callevents::persistence::migrations
