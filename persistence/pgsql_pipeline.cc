#include "persistence/pgsql_pipeline.h"

#include <endian.h>

#include <cstring>
#include <odb/pgsql/error.hxx>
#include <utility>

#include "absl/strings/numbers.h"

namespace autopulse::callevents::persistence {
namespace {

// So many answers fit into the buffers of a connection: a server that cannot send its answers does
// not read on, and neither does a client that is still sending.
constexpr std::size_t kMaxUnanswered = 256;

}  // namespace

PgsqlPipeline::~PgsqlPipeline() {
  if (!open_) return;
  try {
    Collect();
  } catch (const odb::exception&) {
    connection_.mark_failed();  // the transaction is given up anyway; so is its connection
  }
}

std::size_t PgsqlPipeline::Execute(const std::string& sql, std::int64_t parameter) {
  Begin();
  const std::uint64_t network = htobe64(static_cast<std::uint64_t>(parameter));
  std::array<char, sizeof network> bytes{};
  std::memcpy(bytes.data(), &network, sizeof network);
  const char* const value = bytes.data();
  const int length = sizeof network;
  const int binary = 1;
  const Oid type = odb::pgsql::int8_oid;
  Sent(PQsendQueryParams(connection_.handle(), sql.c_str(), 1, &type, &value, &length, &binary,
                         /*resultFormat=*/0));
  return sent_ - 1;
}

std::size_t PgsqlPipeline::SendPrepared(const char* statement,
                                        const odb::pgsql::native_binding& parameters) {
  Begin();
  Sent(PQsendQueryPrepared(connection_.handle(), statement, static_cast<int>(parameters.count),
                           parameters.values, parameters.lengths, parameters.formats,
                           /*resultFormat=*/0));
  return sent_ - 1;
}

void PgsqlPipeline::Begin() {
  if (open_) return;
  if (PQenterPipelineMode(connection_.handle()) != 1) {
    odb::pgsql::translate_error(connection_, nullptr);
  }
  open_ = true;
}

void PgsqlPipeline::Sent(int result) {
  if (result != 1) odb::pgsql::translate_error(connection_, nullptr);
  ++sent_;
  if (sent_ - answers_.size() < kMaxUnanswered) return;
  Collect();
}

PgsqlPipeline::Answers PgsqlPipeline::Finish() {
  if (open_) Collect();
  return std::move(answers_);
}

void PgsqlPipeline::Collect() {
  PGconn* const handle = connection_.handle();
  open_ = false;  // whatever happens now, there is nothing more to collect
  if (PQpipelineSync(handle) != 1) odb::pgsql::translate_error(connection_, nullptr);
  while (answers_.size() < sent_) {
    PGresult* const result = PQgetResult(handle);
    if (result == nullptr) odb::pgsql::translate_error(connection_, nullptr);
    TakeAnswer(result);
    PQclear(PQgetResult(handle));  // the end of this statement's results
  }
  PQclear(PQgetResult(handle));  // that of the synchronization
  Leave();
  if (failure_ != nullptr) odb::pgsql::translate_error(connection_, failure_.get());
}

void PgsqlPipeline::TakeAnswer(PGresult* result) {
  std::int64_t answer = 0;
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK && PQntuples(result) == 1) {
    if (!absl::SimpleAtoi(PQgetvalue(result, 0, 0), &answer)) answer = 0;
  } else if (status == PGRES_COMMAND_OK) {
    if (!absl::SimpleAtoi(PQcmdTuples(result), &answer)) answer = 0;
  } else if (failure_ == nullptr) {
    failure_.reset(result);
    result = nullptr;
  }
  PQclear(result);
  answers_.push_back(answer);
}

void PgsqlPipeline::Leave() {
  if (PQexitPipelineMode(connection_.handle()) != 1) {
    odb::pgsql::translate_error(connection_, nullptr);
  }
}

}  // namespace autopulse::callevents::persistence
