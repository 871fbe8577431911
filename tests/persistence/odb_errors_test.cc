#include "persistence/odb_errors.h"

#include <sqlite3.h>

#include <new>
#include <odb/exceptions.hxx>
#include <odb/pgsql/exceptions.hxx>
#include <odb/sqlite/exceptions.hxx>
#include <stdexcept>

#include "gtest/gtest.h"
#include "tests/persistence/sqlite_codes.h"

namespace autopulse::callevents::persistence {
namespace {

using absl::StatusCode;

TEST(OdbErrorsTest, SqliteCodesTellTheCallerWhatToDo) {
  const auto code = [](int result_code) { return SqliteStatus(result_code, "m").code(); };
  for (const auto& [result_code, wanted] : kSqliteCodes) {
    EXPECT_EQ(code(result_code), wanted) << result_code;
  }
  EXPECT_EQ(code(SQLITE_CONSTRAINT_UNIQUE), StatusCode::kAlreadyExists);
  EXPECT_EQ(code(SQLITE_CONSTRAINT_PRIMARYKEY), StatusCode::kAlreadyExists);
  EXPECT_EQ(code(SQLITE_CONSTRAINT_FOREIGNKEY), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code(SQLITE_CONSTRAINT_NOTNULL), StatusCode::kInternal);
  EXPECT_EQ(code(SQLITE_TOOBIG), StatusCode::kInvalidArgument);
}

TEST(OdbErrorsTest, PostgresqlStatesTellTheCallerWhatToDo) {
  const auto code = [](const char* sqlstate) { return PgsqlStatus(sqlstate, "m").code(); };
  EXPECT_EQ(code("40001"), StatusCode::kAborted);
  EXPECT_EQ(code("40P01"), StatusCode::kAborted);
  EXPECT_EQ(code("55P03"), StatusCode::kAborted);
  EXPECT_EQ(code("57014"), StatusCode::kAborted);
  EXPECT_EQ(code("57P01"), StatusCode::kUnavailable);
  EXPECT_EQ(code("08006"), StatusCode::kUnavailable);
  EXPECT_EQ(code("53300"), StatusCode::kUnavailable);
  EXPECT_EQ(code(""), StatusCode::kUnavailable);
  EXPECT_EQ(code("53100"), StatusCode::kResourceExhausted);
  EXPECT_EQ(code("23505"), StatusCode::kAlreadyExists);
  EXPECT_EQ(code("23503"), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code("22001"), StatusCode::kInvalidArgument);
  EXPECT_EQ(code("42P01"), StatusCode::kInternal);
}

template <typename Exception>
StatusCode CodeOf(const Exception& exception) {
  return CatchDatabaseErrors([&]() -> absl::Status { throw exception; }).code();
}

TEST(OdbErrorsTest, ExceptionsBecomeStatuses) {
  EXPECT_EQ(CodeOf(odb::timeout()), StatusCode::kAborted);
  EXPECT_EQ(CodeOf(odb::deadlock()), StatusCode::kAborted);
  EXPECT_EQ(CodeOf(odb::connection_lost()), StatusCode::kUnavailable);
  EXPECT_EQ(CodeOf(odb::object_already_persistent()), StatusCode::kAlreadyExists);
  EXPECT_EQ(CodeOf(odb::object_not_persistent()), StatusCode::kNotFound);
  EXPECT_EQ(CodeOf(odb::sqlite::database_exception(SQLITE_FULL, SQLITE_FULL, "full")),
            StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOf(odb::pgsql::database_exception("40001", "m")), StatusCode::kAborted);
  EXPECT_EQ(CodeOf(std::bad_alloc()), StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOf(std::runtime_error("m")), StatusCode::kInternal);
}

}  // namespace
}  // namespace autopulse::callevents::persistence
