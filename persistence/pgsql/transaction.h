#pragma once

#include <cstddef>
#include <cstdint>
#include <odb/pgsql/connection.hxx>
#include <odb/pgsql/transaction-impl.hxx>
#include <utility>
#include <vector>

#include "persistence/pgsql/pipeline.h"

namespace autopulse::callevents::persistence {

// A transaction that costs no round trip of its own: it begins with the first statements that are
// sent in it, and may be committed with the last ones. All methods throw what ODB throws.
class PgsqlTransaction : public odb::pgsql::transaction_impl {
 public:
  enum class Kind {
    kWrite,         // READ COMMITTED: what is read of a call is read after it was locked
    kRead,          // REPEATABLE READ, READ ONLY: all is read from one state of the database
    kOneStatement,  // none: a statement sees one state by itself
  };

  PgsqlTransaction(odb::pgsql::connection& connection, Kind kind);

  // That of this thread; every one on PostgreSQL is one of these.
  static PgsqlTransaction& Current();

  // Begins it, if it has not begun.
  void Begin();
  void BeginWith(PgsqlPipeline& pipeline);

  // Runs one statement, whose parameters are as PgsqlPipeline has them, and waits for its result.
  template <typename Parameters>
  PgsqlPipeline::Result Run(const PgsqlStatement& statement, const Parameters& parameters) {
    PgsqlPipeline pipeline(connection());
    BeginWith(pipeline);
    const std::size_t index = pipeline.Run(statement, parameters);
    return std::move(pipeline.Finish()[index]);
  }

  // Finishes `pipeline` with the commit. Nothing may follow.
  std::vector<PgsqlPipeline::Result> CommitWith(PgsqlPipeline& pipeline);

  void start() override {}
  void commit() override;
  void rollback() override;

  // Sequences that were drawn and not used yet; they ascend.
  std::vector<std::int64_t>& drawn_sequences() { return drawn_sequences_; }

 private:
  enum class State { kPending, kBegun, kCommitted };

  PgsqlPrepared& prepared();
  void RenewPlans(PgsqlPipeline& pipeline);

  const Kind kind_;
  State state_ = State::kPending;
  std::vector<std::int64_t> drawn_sequences_;
};

}  // namespace autopulse::callevents::persistence
