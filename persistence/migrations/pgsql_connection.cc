#include <libpq-fe.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "persistence/migrations/connection.h"
#include "persistence/migrations/pgsql_url.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Handle = std::unique_ptr<PGconn, Finish>;

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

std::string Field(const PGresult* result, int field) {
  const char* const text = PQresultErrorField(result, field);
  return text != nullptr ? text : "";
}

absl::Status ErrorOf(PGconn* handle, const PGresult* result) {
  if (PQstatus(handle) != CONNECTION_OK) {
    return absl::UnavailableError("the connection to the database is lost");
  }
  const std::string sqlstate = Field(result, PG_DIAG_SQLSTATE);
  std::string text = Field(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string detail = Field(result, PG_DIAG_MESSAGE_DETAIL);
  if (!detail.empty()) absl::StrAppend(&text, " (", detail, ")");
  if (sqlstate == "55P03" || sqlstate == "40P01" || sqlstate == "40001") {
    return absl::AbortedError(
        absl::StrCat("other programs hold the tables (", text, "): stop them, or try again"));
  }
  return absl::InternalError(text);
}

class PgsqlConnection : public Connection {
 public:
  explicit PgsqlConnection(Handle handle) : handle_(std::move(handle)) {}

  Dialect dialect() const override { return Dialect::kPgsql; }

  absl::Status Run(const std::string& script) override { return Execute(script).status(); }

  absl::StatusOr<std::vector<Row>> Query(const std::string& sql) override {
    ASSIGN_OR_RETURN(const Result result, Execute(sql));
    std::vector<Row> rows(static_cast<std::size_t>(PQntuples(result.get())));
    for (int i = 0; i < PQntuples(result.get()); ++i) {
      for (int column = 0; column < PQnfields(result.get()); ++column) {
        rows[static_cast<std::size_t>(i)].emplace_back(PQgetvalue(result.get(), i, column));
      }
    }
    return rows;
  }

 private:
  absl::StatusOr<Result> Execute(const std::string& sql) {
    Result result(PQexec(handle_.get(), sql.c_str()));
    const ExecStatusType kind = PQresultStatus(result.get());
    if (kind == PGRES_COMMAND_OK || kind == PGRES_TUPLES_OK || kind == PGRES_EMPTY_QUERY) {
      return result;
    }
    return ErrorOf(handle_.get(), result.get());
  }

  Handle handle_;
};

absl::Status ConnectError(PGconn* handle, const std::string& url, const std::string& password) {
  return absl::UnavailableError(absl::StrCat(
      "cannot connect to the database: ", WithoutPassword(url, password, PQerrorMessage(handle))));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> OpenPgsqlUrl(const std::string& url) {
  ASSIGN_OR_RETURN(const std::string password, PasswordIn(url));
  std::vector<const char*> names = {"fallback_application_name"};
  std::vector<const char*> values = {"call-event-migrate"};
  // What comes later wins, so the URL's own setting does.
  if (std::getenv("PGCONNECT_TIMEOUT") == nullptr) {
    names.push_back("connect_timeout");
    values.push_back("10");
  }
  names.insert(names.end(), {"dbname", nullptr});
  values.insert(values.end(), {url.c_str(), nullptr});
  Handle handle(PQconnectdbParams(names.data(), values.data(), /*expand_dbname=*/1));
  if (PQstatus(handle.get()) != CONNECTION_OK) return ConnectError(handle.get(), url, password);
  PQsetNoticeProcessor(
      handle.get(), [](void*, const char*) {}, nullptr);
  auto connection = std::make_unique<PgsqlConnection>(std::move(handle));
  RETURN_IF_ERROR(connection->Run("SET client_encoding TO 'UTF8'"));
  return connection;
}

}  // namespace autopulse::callevents::persistence::migrations
