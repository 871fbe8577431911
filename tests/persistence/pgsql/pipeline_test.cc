// What many statements that are sent to PostgreSQL at once answer.

#include "persistence/pgsql/pipeline.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "persistence/open_database.h"
#include "persistence/pgsql/transaction.h"
#include "tests/postgres/postgres_cluster.h"

namespace autopulse::callevents::persistence {
namespace {

// Each that is run for the first time is sent as two: so it is the preparation of one or the run of
// one that brings the unanswered ones to their limit, as many as the first is run.
TEST(PgsqlPipelineTest, ManyDifferentStatementsAreAllPreparedAndRun) {
  const std::string url = NewPostgresDatabase();
  const std::unique_ptr<core::CallStore> store =
      *OpenCallStore(url, {.migrate = true, .connections = 1});
  for (const int runs_of_first : {1, 2}) {
    std::vector<std::int64_t> wanted(static_cast<std::size_t>(runs_of_first - 1), 0);
    for (std::int64_t i = 0; i < 600; ++i) wanted.push_back(i);
    std::vector<std::int64_t> got;
    const absl::Status read = store->ReadOne([&](core::CallReader&) {
      PgsqlPipeline pipeline(PgsqlTransaction::Current().connection());
      std::vector<std::size_t> indices;
      for (const std::int64_t number : wanted) {
        indices.push_back(pipeline.Run({.name = absl::StrCat("of_", runs_of_first, "_", number),
                                        .text = absl::StrCat("SELECT ", number, "::bigint"),
                                        .types = {}}));
      }
      const std::vector<PgsqlPipeline::Result> results = pipeline.Finish();
      for (const std::size_t index : indices) {
        got.push_back(IntegerAt(results.at(index).get(), /*row=*/0, /*column=*/0));
      }
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    EXPECT_EQ(got, wanted);
  }
}

}  // namespace
}  // namespace autopulse::callevents::persistence
