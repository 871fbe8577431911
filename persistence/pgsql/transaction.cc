#include "persistence/pgsql/transaction.h"

#include <odb/pgsql/exceptions.hxx>
#include <odb/pgsql/transaction.hxx>

#include "persistence/pgsql/statement.h"

namespace autopulse::callevents::persistence {
namespace {

const PgsqlStatement& BeginStatement(PgsqlTransaction::Kind kind) {
  static const auto& write =
      *new PgsqlStatement{.name = "begin_write", .text = "BEGIN", .types = {}};
  static const auto& read =
      *new PgsqlStatement{.name = "begin_read",
                          .text = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                          .types = {}};
  return kind == PgsqlTransaction::Kind::kWrite ? write : read;
}

const PgsqlStatement& DiscardStatement() {
  static const auto& discard =
      *new PgsqlStatement{.name = "discard_plans", .text = "DISCARD PLANS", .types = {}};
  return discard;
}

const PgsqlStatement& CommitStatement() {
  static const auto& commit = *new PgsqlStatement{.name = "commit", .text = "COMMIT", .types = {}};
  return commit;
}

// Whoever cancels a commit that waits for its synchronous standby ends the waiting, not the
// transaction: the commit succeeds, with a warning, and would be lost if that standby were
// promoted. Whoever reports the events again waits for the standby again.
void CheckReplicated(const PgsqlPrepared& committed) {
  constexpr const char* kResolutionUnknown = "08007";  // SQLSTATE
  if (!committed.was_warned) return;
  throw odb::pgsql::database_exception(kResolutionUnknown, "no standby has confirmed the commit");
}

}  // namespace

PgsqlTransaction::PgsqlTransaction(odb::pgsql::connection& connection, Kind kind)
    : transaction_impl(odb::pgsql::connection_ptr(odb::details::inc_ref(&connection))),
      kind_(kind),
      state_(kind == Kind::kOneStatement ? State::kCommitted : State::kPending) {}

PgsqlTransaction& PgsqlTransaction::Current() {
  return static_cast<PgsqlTransaction&>(odb::pgsql::transaction::current().implementation());
}

void PgsqlTransaction::Begin() {
  if (state_ != State::kPending) return;
  PgsqlPipeline pipeline(connection());
  BeginWith(pipeline);
  pipeline.Finish();
}

void PgsqlTransaction::BeginWith(PgsqlPipeline& pipeline) {
  if (state_ != State::kPending) return;
  state_ = State::kBegun;  // if sending fails, it may have
  pipeline.Run(BeginStatement(kind_));
  if (kind_ == Kind::kWrite) RenewPlans(pipeline);
}

// A plan that is made while a table is empty takes any index of it, and is kept until the server
// analyzes the table: so plans are made again, while a connection is new and ever more seldom.
void PgsqlTransaction::RenewPlans(PgsqlPipeline& pipeline) {
  PgsqlPrepared& counted = prepared();
  if (++counted.writes < counted.next_plans) return;
  counted.next_plans *= 4;
  pipeline.Run(DiscardStatement());
}

std::vector<PgsqlPipeline::Result> PgsqlTransaction::CommitWith(PgsqlPipeline& pipeline) {
  BeginWith(pipeline);
  pipeline.Run(CommitStatement());
  PgsqlPrepared& committing = prepared();
  committing.was_warned = false;
  std::vector<PgsqlPipeline::Result> results = pipeline.Finish();
  state_ = State::kCommitted;
  CheckReplicated(committing);
  return results;
}

void PgsqlTransaction::commit() {
  if (state_ != State::kBegun) return;
  PgsqlPrepared& committing = prepared();  // of which the commit lets go
  committing.was_warned = false;
  transaction_impl::commit();
  state_ = State::kCommitted;
  CheckReplicated(committing);
}

PgsqlPrepared& PgsqlTransaction::prepared() { return dynamic_cast<PgsqlPrepared&>(connection()); }

void PgsqlTransaction::rollback() {
  if (state_ == State::kBegun) transaction_impl::rollback();
}

}  // namespace autopulse::callevents::persistence
