#include "persistence/spool/spool_errors.h"

#include <sqlite3.h>

#include "gtest/gtest.h"
#include "tests/persistence/sqlite_codes.h"

namespace autopulse::callevents::persistence::spool {
namespace {

TEST(SpoolErrorsTest, SqliteCodesTellTheAdapterWhatTheyTellTheService) {
  for (const auto& [result_code, code] : kSqliteCodes) {
    EXPECT_EQ(SqliteError(result_code, "m").code(), code) << result_code;
  }
}

TEST(SpoolErrorsTest, AnEventThatIsTooLargeFindsNoRoom) {
  EXPECT_EQ(SqliteError(SQLITE_TOOBIG, "m").code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace autopulse::callevents::persistence::spool
