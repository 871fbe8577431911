#include <libpq-fe.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "persistence/migrations/connection.h"
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

// What libpq takes for the password of `url`; nothing if it cannot read `url`.
absl::StatusOr<std::string> PasswordIn(const std::string& url) {
  char* ignored = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      PQconninfoParse(url.c_str(), &ignored), PQconninfoFree);
  PQfreemem(ignored);
  if (options == nullptr) {
    // libpq would quote the part that it cannot read, which may be of the password.
    return absl::InvalidArgumentError(
        "the database's URL cannot be read: it is postgresql://USER:PASSWORD@HOST:PORT/NAME, where "
        "every special character of a part is written in percent code");
  }
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->keyword == absl::string_view("password") && option->val != nullptr) {
      return option->val;
    }
  }
  return "";
}

// A password with an unescaped `/`, `?` or `@` in it, or without an `@` after it, ends up in the
// host, port or database that libpq then complains about.
bool MayShowPassword(const std::string& url, const std::string& message) {
  const std::size_t user = url.find("://") + 3;
  const std::size_t last_at = url.rfind('@');
  if (absl::StrContains(message, "invalid integer value")) return true;
  if (last_at == std::string::npos || last_at < user) return false;
  const absl::string_view credentials = absl::string_view(url).substr(user, last_at - user);
  return credentials.find_first_of("/?@#") != absl::string_view::npos;
}

absl::Status ConnectError(PGconn* handle, const std::string& url, const std::string& password) {
  std::string text(absl::StripAsciiWhitespace(PQerrorMessage(handle)));
  if (MayShowPassword(url, text)) {
    text =
        "a part of the URL is not what it should be; special characters in a user or password are "
        "written in percent code";
  } else if (!password.empty()) {
    text = absl::StrReplaceAll(text, {{password, "(password)"}});
  }
  absl::RemoveExtraAsciiWhitespace(&text);
  return absl::UnavailableError(absl::StrCat("cannot connect to the database: ", text));
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
