#pragma once

#include <libpq-fe.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <odb/pgsql/connection.hxx>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "persistence/pgsql/columns.h"
#include "persistence/pgsql/statement.h"

namespace autopulse::callevents::persistence {

// A bigint of a binary result.
std::int64_t IntegerAt(const PGresult* result, int row, int column);

// Sends statements of the current transaction's connection one behind the other, without waiting
// for the answer to each. All methods throw what ODB throws.
class PgsqlPipeline {
 public:
  using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

  // `connection` is one of our pool.
  explicit PgsqlPipeline(odb::pgsql::connection& connection);
  ~PgsqlPipeline();
  PgsqlPipeline(const PgsqlPipeline&) = delete;
  PgsqlPipeline& operator=(const PgsqlPipeline&) = delete;

  // Send a statement, and return the index of its result. Parameters are as PgsqlColumns has them,
  // or texts.
  std::size_t Run(const PgsqlStatement& statement, const PgsqlColumns::Parameters& parameters);
  std::size_t Run(const PgsqlStatement& statement, absl::Span<const std::string> parameters = {});

  // Waits for the results of all that was sent, by their indices: binary.
  std::vector<Result> Finish();

 private:
  void Prepare(const PgsqlStatement& statement);
  void Begin();
  void Sent(int result, const std::string& prepares);
  void Collect();
  void TakeAnswer(Result result, const std::string& prepares);
  void Leave();

  odb::pgsql::connection& connection_;
  PgsqlPrepared& prepared_;
  std::vector<std::string> unanswered_;  // the statement that each prepares, or nothing
  std::vector<Result> results_;
  std::size_t sent_ = 0;  // that have results
  bool open_ = false;
  Result failure_{nullptr, PQclear};  // of the first statement that failed
};

}  // namespace autopulse::callevents::persistence
