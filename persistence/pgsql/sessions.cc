#include "persistence/pgsql/sessions.h"

#include <libpq-fe.h>

#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence {
namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;
using Handle = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

struct Default {
  absl::string_view keyword;
  absl::string_view value;
};
constexpr Default kDefaults[] = {
    {"connect_timeout", "5"},       // seconds, for each host
    {"keepalives_idle", "10"},      // seconds without a word before the first question
    {"keepalives_interval", "5"},   // seconds between two
    {"keepalives_count", "3"},      // that may stay without an answer
    {"tcp_user_timeout", "20000"},  // milliseconds that what was sent may stay without one
};

absl::string_view DefaultOf(const PQconninfoOption& option) {
  if (option.envvar != nullptr && std::getenv(option.envvar) != nullptr) return {};
  for (const Default& one : kDefaults) {
    if (one.keyword == option.keyword) return one.value;
  }
  return {};
}

// A connection beside those of the pool.
absl::StatusOr<Handle> Connect(const std::string& conninfo) {
  Handle handle(PQconnectdb(conninfo.c_str()), PQfinish);
  if (PQstatus(handle.get()) == CONNECTION_OK) return handle;
  // Its own message may hold a part of a password.
  return absl::UnavailableError("the database cannot be reached a second time");
}

// The number of the server's process behind a connection, asked for by `sql`.
absl::StatusOr<std::string> BackendOf(PGconn* connection, const char* sql) {
  const Result result(PQexec(connection, sql), PQclear);
  if (PQresultStatus(result.get()) == PGRES_TUPLES_OK && PQntuples(result.get()) == 1) {
    return std::string(PQgetvalue(result.get(), 0, 0));
  }
  return absl::UnavailableError(
      absl::StrCat("the database's sessions cannot be looked at: ", PQerrorMessage(connection)));
}

constexpr char kBackend[] = "SELECT pg_backend_pid()";
constexpr char kBackendInTransaction[] = "BEGIN; SELECT pg_backend_pid()";

absl::Status SharedSessions() {
  return absl::FailedPreconditionError(
      "between the service and PostgreSQL a pooler hands out sessions by the transaction, which "
      "loses prepared statements and settings: have it pool by the session (PgBouncer: pool_mode = "
      "session), or connect directly");
}

}  // namespace

absl::StatusOr<std::string> WithTimeouts(const std::string& url) {
  const Options options(PQconninfoParse(url.c_str(), nullptr), PQconninfoFree);
  if (options == nullptr) return absl::InvalidArgumentError("the database's URL cannot be read");
  std::string conninfo;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const absl::string_view value = option->val != nullptr ? option->val : DefaultOf(*option);
    if (value.empty()) continue;
    absl::StrAppend(&conninfo, option->keyword, "='",
                    absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"'", "\\'"}}), "' ");
  }
  return conninfo;
}

absl::Status CheckSessions(PGconn* ours, const std::string& conninfo) {
  constexpr int kOthers = 3;
  ASSIGN_OR_RETURN(const std::string backend, BackendOf(ours, kBackend));
  // A pooler gives its clients numbers of its own.
  if (backend == absl::StrCat(PQbackendPID(ours))) return absl::OkStatus();
  std::vector<Handle> others;  // each keeps its session busy, so that the next one gets another
  for (int i = 0; i < kOthers; ++i) {
    ASSIGN_OR_RETURN(Handle other, Connect(conninfo));
    ASSIGN_OR_RETURN(const std::string others_backend,
                     BackendOf(other.get(), kBackendInTransaction));
    others.push_back(std::move(other));
    ASSIGN_OR_RETURN(const std::string now, BackendOf(ours, kBackend));
    if (others_backend == backend || now != backend) return SharedSessions();
  }
  return absl::OkStatus();
}

}  // namespace autopulse::callevents::persistence
