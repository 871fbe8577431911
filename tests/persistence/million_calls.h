#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "services/core/call_store.h"
#include "tests/persistence/raw_sqlite.h"
#include "tests/persistence/store_file.h"

namespace autopulse::callevents::persistence {

// What one list of calls cost.
struct ListCost {
  std::vector<domain::Call> calls;
  std::string plans;      // of the statements that were really sent
  std::int64_t work = 0;  // PostgreSQL: pages touched; SQLite: steps of its machine
};

// A million calls on PostgreSQL. Times and numbers do not ascend with the ids, each column that may
// lack has gaps, and many calls were created at the same moment. A failure fails the test.
class PgsqlMillion {
 public:
  PgsqlMillion();

  core::CallStore& store() { return *store_; }

  // Lists calls, and finds out what that cost.
  ListCost List(const core::CallQuery& query);

  // Whether a plan reads a table from end to end, or sorts. (What SQLite calls SCAN may be along
  // an index and ended by LIMIT: that it reads too much shows in the work.)
  static bool IsWasteful(const std::string& plans);

  // The most that a page of fifty calls may cost.
  static constexpr std::int64_t kMostWork = 250;

 private:
  std::string NewLog();

  std::string url_;
  std::string log_file_;
  std::int64_t log_read_ = 0;
  std::unique_ptr<core::CallStore> store_;
};

// The same on SQLite, fewer: its plans follow from the schema alone.
class SqliteMillion {
 public:
  SqliteMillion();

  core::CallStore& store() { return *store_; }
  ListCost List(const core::CallQuery& query);
  static bool IsWasteful(const std::string& plans);
  static constexpr std::int64_t kMostWork = 10'000;

 private:
  TemporaryFolder folder_;
  std::unique_ptr<core::CallStore> store_;
};

}  // namespace autopulse::callevents::persistence
