#include "persistence/pgsql/pipeline.h"

#include <endian.h>

#include <cstring>
#include <odb/exceptions.hxx>
#include <odb/pgsql/error.hxx>
#include <utility>

namespace autopulse::callevents::persistence {
namespace {

// So many answers fit into the buffers of a connection: a server that cannot send its answers does
// not read on, and neither does a client that is still sending.
constexpr std::size_t kMaxUnanswered = 256;

// So many has a statement: it is prepared, and run.
constexpr std::size_t kMaxOfStatement = 2;

// libpq has nothing to say, or takes nothing more: of a server that has crashed it may notice no
// more at first. The connection is in the middle of something and of no use to anybody.
[[noreturn]] void GiveUp(odb::pgsql::connection& connection) {
  connection.mark_failed();
  throw odb::connection_lost();
}

}  // namespace

std::int64_t IntegerAt(const PGresult* result, int row, int column) {
  std::uint64_t network = 0;
  std::memcpy(&network, PQgetvalue(result, row, column), sizeof network);
  return static_cast<std::int64_t>(be64toh(network));
}

PgsqlPipeline::PgsqlPipeline(odb::pgsql::connection& connection)
    : connection_(connection), prepared_(dynamic_cast<PgsqlPrepared&>(connection)) {}

PgsqlPipeline::~PgsqlPipeline() {
  if (!open_) return;
  try {
    Collect();
  } catch (const odb::exception&) {
    connection_.mark_failed();  // the transaction is given up anyway; so is its connection
  }
}

std::size_t PgsqlPipeline::Run(const PgsqlStatement& statement,
                               const PgsqlColumns::Parameters& parameters) {
  Prepare(statement);
  Sent(PQsendQueryPrepared(connection_.handle(), statement.name.c_str(),
                           static_cast<int>(parameters.values.size()), parameters.values.data(),
                           parameters.lengths.data(), parameters.formats.data(),
                           /*resultFormat=*/1),
       /*prepares=*/"");
  return sent_++;
}

std::size_t PgsqlPipeline::Run(const PgsqlStatement& statement,
                               absl::Span<const std::string> parameters) {
  Prepare(statement);
  std::vector<const char*> values;
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  Sent(PQsendQueryPrepared(connection_.handle(), statement.name.c_str(),
                           static_cast<int>(values.size()), values.data(), nullptr, nullptr,
                           /*resultFormat=*/1),
       /*prepares=*/"");
  return sent_++;
}

void PgsqlPipeline::Prepare(const PgsqlStatement& statement) {
  // Here and not between what prepares the statement and what runs it: to collect is to leave the
  // pipeline.
  if (unanswered_.size() + kMaxOfStatement > kMaxUnanswered) Collect();
  Begin();
  if (prepared_.names.count(statement.name) > 0) return;
  for (const std::string& prepares : unanswered_) {
    if (prepares == statement.name) return;
  }
  Sent(PQsendPrepare(connection_.handle(), statement.name.c_str(), statement.text.c_str(),
                     static_cast<int>(statement.types.size()), statement.types.data()),
       statement.name);
}

void PgsqlPipeline::Begin() {
  if (open_) return;
  if (PQenterPipelineMode(connection_.handle()) != 1) GiveUp(connection_);
  open_ = true;
}

void PgsqlPipeline::Sent(int result, const std::string& prepares) {
  if (result != 1) GiveUp(connection_);
  unanswered_.push_back(prepares);
}

std::vector<PgsqlPipeline::Result> PgsqlPipeline::Finish() {
  if (open_) Collect();
  sent_ = 0;
  return std::move(results_);
}

void PgsqlPipeline::Collect() {
  PGconn* const handle = connection_.handle();
  open_ = false;  // whatever happens now, there is nothing more to collect
  if (PQpipelineSync(handle) != 1) GiveUp(connection_);
  for (const std::string& prepares : std::exchange(unanswered_, {})) {
    Result result(PQgetResult(handle), PQclear);
    if (result == nullptr) GiveUp(connection_);
    TakeAnswer(std::move(result), prepares);
    PQclear(PQgetResult(handle));  // the end of this statement's results
  }
  PQclear(PQgetResult(handle));  // that of the synchronization
  Leave();
  if (failure_ != nullptr) odb::pgsql::translate_error(connection_, failure_.get());
}

void PgsqlPipeline::TakeAnswer(Result result, const std::string& prepares) {
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    if (failure_ == nullptr) failure_ = std::move(result);
  } else if (prepares.empty()) {
    results_.push_back(std::move(result));
  } else {
    prepared_.names.insert(prepares);
  }
}

void PgsqlPipeline::Leave() {
  if (PQexitPipelineMode(connection_.handle()) != 1) GiveUp(connection_);
}

}  // namespace autopulse::callevents::persistence
