#include "persistence/pgsql/database.h"

#include <libpq-fe.h>
#include <poll.h>

#include <array>
#include <future>
#include <odb/pgsql/connection-factory.hxx>
#include <odb/pgsql/connection.hxx>
#include <odb/pgsql/database.hxx>
#include <odb/pgsql/error.hxx>
#include <odb/pgsql/transaction.hxx>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "persistence/odb_errors.h"
#include "persistence/pgsql/array.h"
#include "persistence/pgsql/group.h"
#include "persistence/pgsql/pages.h"
#include "persistence/pgsql/pipeline.h"
#include "persistence/pgsql/saving.h"
#include "persistence/pgsql/sessions.h"
#include "persistence/pgsql/statement.h"
#include "persistence/pgsql/transaction.h"
#include "persistence/timestamp_text.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence {
namespace {

// The first half of the advisory locks of provider's calls; the other half is a hash of the id.
// Keys of two halves are never equal to those of one, such as that of the journal.
constexpr int kProviderCallLock = 712'015;

// What every connection begins with. A transaction that nobody goes on with must not hold its locks
// for ever, nor a statement that waits for one. Nothing is read here but along an index and in its
// order; a bitmap would lose the order, and sort; workers beside would mix the parts of a page.
constexpr const char* kSessionSettings =
    "SET application_name = 'call-event-service'; SET synchronous_commit = on; "
    "SET statement_timeout = '30s'; SET lock_timeout = '10s'; SET enable_bitmapscan = off; "
    "SET max_parallel_workers_per_gather = 0; "
    "SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning";

// Where the server knows LZ4, texts are compressed by it: it is several times as fast. To ask takes
// the server a quarter of what it takes to open a connection, so it is asked once for many.
constexpr const char* kLz4IfKnown =
    "SELECT set_config(name, 'lz4', false) FROM pg_settings "
    "WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)";
constexpr const char* kLz4 = "SET default_toast_compression = 'lz4'";

// A fixed number of connections, all opened at the start: while one is opened, the pool's mutex is
// held, and whoever wants to give one back waits. They are opened side by side, for the server
// starts a process for each.
class ConnectionPool : public odb::pgsql::connection_pool_factory {
 public:
  explicit ConnectionPool(std::size_t size) : connection_pool_factory(size, size) {}

  void database(database_type& database) override {
    if (db_ == nullptr) OpenAll(database);
    connection_pool_factory::database(database);
  }

  // Passes over connections that the server has closed meanwhile, so that a restart of the server
  // does not cost one failure for each.
  odb::pgsql::connection_ptr connect() override {
    while (true) {
      odb::pgsql::connection_ptr connection = connection_pool_factory::connect();
      if (IsOpen(connection->handle())) return connection;
      connection->mark_failed();  // closed instead of kept
    }
  }

 protected:
  pooled_connection_ptr create() override {
    if (opened_.empty()) {
      pooled_connection_ptr connection = Open(*db_);
      connection->execute(kLz4IfKnown);
      return connection;
    }
    pooled_connection_ptr connection = opened_.back();
    opened_.pop_back();
    return connection;
  }

 private:
  class Connection : public pooled_connection, public PgsqlPrepared {
   public:
    explicit Connection(database_type& database) : pooled_connection(database) {
      PQsetNoticeReceiver(handle(), NoteWarning, static_cast<PgsqlPrepared*>(this));
    }
    // ODB speaks with the server once more, when this is half gone.
    ~Connection() override { PQsetNoticeReceiver(handle(), Ignore, nullptr); }

   private:
    static void NoteWarning(void* prepared, const PGresult* notice) {
      const char* const severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
      if (severity == nullptr || absl::string_view(severity) != "WARNING") return;
      static_cast<PgsqlPrepared*>(prepared)->was_warned = true;
    }
    static void Ignore(void*, const PGresult*) {}
  };

  static pooled_connection_ptr Open(database_type& database) {
    pooled_connection_ptr connection(new (odb::details::shared) Connection(database));
    connection->execute(kSessionSettings);
    return connection;
  }

  void OpenAll(database_type& database) {
    opened_.push_back(Open(database));
    const bool is_lz4_known = opened_.front()->execute(kLz4IfKnown) > 0;
    std::vector<std::future<pooled_connection_ptr>> opening;
    while (opened_.size() + opening.size() < min_) {
      opening.push_back(std::async(std::launch::async, [&] {
        pooled_connection_ptr connection = Open(database);
        if (is_lz4_known) connection->execute(kLz4);
        return connection;
      }));
    }
    for (std::future<pooled_connection_ptr>& one : opening) opened_.push_back(one.get());
  }

  // An idle connection has nothing to say: if there is something to read, it is its end.
  static bool IsOpen(PGconn* handle) {
    if (PQstatus(handle) != CONNECTION_OK) return false;
    pollfd socket{.fd = PQsocket(handle), .events = POLLIN, .revents = 0};
    return poll(&socket, 1, /*timeout=*/0) == 0;
  }

  connections opened_;  // at the start, until the pool takes them
};

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

// Runs one statement, which ODB has no mapping for, in the current transaction.
template <std::size_t kCount>
Result Execute(const char* sql, const std::array<std::string, kCount>& parameters) {
  odb::pgsql::connection& connection = odb::pgsql::transaction::current().connection();
  std::array<const char*, kCount> values{};
  for (std::size_t i = 0; i < kCount; ++i) values[i] = parameters[i].c_str();
  Result result(PQexecParams(connection.handle(), sql, static_cast<int>(kCount), nullptr,
                             values.data(), nullptr, nullptr, /*resultFormat=*/0),
                PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    odb::pgsql::translate_error(connection, result.get());
  }
  return result;
}

const PgsqlStatement& LastSequenceGiven() {
  static const auto& statement = *new PgsqlStatement{
      .name = "last_sequence_given",
      .text = absl::StrCat("SELECT coalesce(pg_sequence_last_value('", kJournalSequence, "'), 0)"),
      .types = {}};
  return statement;
}

// In the order of the hashes, not of the ids: two ids may share one.
const PgsqlStatement& ProviderCallLocks() {
  static const auto& statement = *new PgsqlStatement{
      .name = "lock_provider_calls",
      .text = absl::StrCat("SELECT pg_advisory_xact_lock(", kProviderCallLock,
                           ", half) FROM ("
                           "SELECT DISTINCT hashtext(id) AS half FROM unnest($1::text[]) AS id "
                           "ORDER BY half) AS keys"),
      .types = {}};
  return statement;
}

const PgsqlStatement& JournalWriters() {
  static const auto& statement = *new PgsqlStatement{
      .name = "journal_writers",
      .text = absl::StrCat(
          "SELECT DISTINCT virtualtransaction FROM pg_locks WHERE locktype = 'advisory' "
          "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
          "AND classid = 0 AND objid = ",
          kJournalLock, "::oid AND objsubid = 1"),
      .types = {}};
  return statement;
}

class PgsqlDatabase : public Database {
 public:
  PgsqlDatabase(const std::string& conninfo, std::size_t connections)
      : database_(conninfo, std::make_unique<ConnectionPool>(connections)) {}

  // See `CheckSessions` of pgsql/sessions.h.
  absl::Status CheckSessions(const std::string& conninfo) {
    return persistence::CheckSessions(database_.connection()->handle(), conninfo);
  }

  odb::database& database() override { return database_; }
  GroupAccess& group() override { return *group_; }

  odb::transaction_impl* BeginRead(odb::connection& connection, Reads reads) override {
    return NewTransaction(connection, reads == Reads::kOneStatement
                                          ? PgsqlTransaction::Kind::kOneStatement
                                          : PgsqlTransaction::Kind::kRead);
  }

  odb::connection_ptr WriterConnection() override { return database_.connection(); }

  odb::transaction_impl* BeginWrite(odb::connection& connection) override {
    return NewTransaction(connection, PgsqlTransaction::Kind::kWrite);
  }

  void EnsureBegun() override { PgsqlTransaction::Current().Begin(); }

  std::vector<domain::Call> SelectCalls(const std::vector<odb::query_base>& parts, int limit,
                                        bool all) override {
    return SelectCallsFromPgsql(parts, limit, all);
  }

  bool compares_times() const override { return true; }

  std::optional<core::JournalMark> MarkJournal() override {
    PgsqlTransaction& transaction = PgsqlTransaction::Current();
    PgsqlPipeline pipeline(transaction.connection());
    transaction.BeginWith(pipeline);
    // Before the writers are listed: whoever was given a smaller sequence is among them, or has
    // ended and its events can be seen.
    const std::size_t last = pipeline.Run(LastSequenceGiven());
    const std::size_t writers = pipeline.Run(JournalWriters());
    const std::vector<PgsqlPipeline::Result> results = pipeline.Finish();
    core::JournalMark mark{.sequence = IntegerAt(results[last].get(), 0, 0), .writers = {}};
    for (int i = 0; i < PQntuples(results[writers].get()); ++i) {
      mark.writers.emplace_back(PQgetvalue(results[writers].get(), i, 0));
    }
    return mark;
  }

  bool is_shared() const override { return true; }
  std::optional<std::int64_t> DataVersion() override { return std::nullopt; }
  void NoteChange() override {}

  void AbandonTransaction(odb::connection& connection) override {
    auto& ours = static_cast<odb::pgsql::connection&>(connection);
    if (PQtransactionStatus(ours.handle()) != PQTRANS_IDLE) ours.mark_failed();
  }

  void LockProviderCalls(const std::vector<std::string>& provider_call_ids) override {
    if (provider_call_ids.empty()) return;
    PgsqlTransaction::Current().Run(ProviderCallLocks(),
                                    std::vector<std::string>{ToPgsqlArray(provider_call_ids)});
  }

  std::optional<std::int64_t> PickId(const std::string& table) override {
    const Result result =
        Execute<1>("SELECT nextval(pg_get_serial_sequence($1, 'id'))", {Quoted(table)});
    std::int64_t id = 0;
    if (!absl::SimpleAtoi(PQgetvalue(result.get(), 0, 0), &id)) return std::nullopt;
    return id;
  }

  void SkipId(const std::string& table, std::int64_t id) override {
    Execute<2>(
        "SELECT setval(s, $2::bigint) FROM pg_get_serial_sequence($1, 'id') AS s "
        "WHERE s IS NOT NULL AND $2::bigint > coalesce(pg_sequence_last_value(s::regclass), 0)",
        {Quoted(table), absl::StrCat(id)});
  }

  std::string Literal(Timestamp time) const override {
    return absl::StrCat("'", TimestampText(time).str(), "+00'::TIMESTAMPTZ");
  }

  absl::Status Scrub() override { return absl::OkStatus(); }  // VACUUM does

  base::FairMutex* writer_mutex() override { return nullptr; }

 private:
  static odb::transaction_impl* NewTransaction(odb::connection& connection,
                                               PgsqlTransaction::Kind kind) {
    return new PgsqlTransaction(static_cast<odb::pgsql::connection&>(connection), kind);
  }

  static std::string Quoted(const std::string& table) { return absl::StrCat("\"", table, "\""); }

  odb::pgsql::database database_;
  const std::unique_ptr<GroupAccess> group_ = MakePgsqlGroupAccess();
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenPgsql(const std::string& url,
                                                    const OpenOptions& options) {
  ASSIGN_OR_RETURN(const std::string conninfo, WithTimeouts(url));
  return CatchDatabaseErrors([&]() -> absl::StatusOr<std::unique_ptr<Database>> {
    auto database = std::make_unique<PgsqlDatabase>(conninfo, options.connections);
    RETURN_IF_ERROR(database->CheckSessions(conninfo));
    return database;
  });
}

}  // namespace autopulse::callevents::persistence
