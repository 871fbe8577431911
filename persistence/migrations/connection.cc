#include "persistence/migrations/connection.h"

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence::migrations {

absl::StatusOr<std::unique_ptr<Connection>> OpenConnection(const std::string& url,
                                                           IfMissing if_missing) {
  absl::string_view path = url;
  if (absl::ConsumePrefix(&path, "sqlite:")) return OpenSqliteFile(std::string(path), if_missing);
  if (absl::StartsWith(url, "postgresql://") || absl::StartsWith(url, "postgres://")) {
    return OpenPgsqlUrl(url);
  }
  return absl::InvalidArgumentError(
      "a database is named by sqlite:FILE or postgresql://USER@HOST/NAME");
}

std::string BeginExclusiveSql(Dialect dialect) {
  if (dialect == Dialect::kSqlite) return "BEGIN EXCLUSIVE;\n";
  // Held until the end of the transaction; only what comes after may not wait for ever.
  return "BEGIN;\nSELECT pg_advisory_xact_lock(7310482650519431042);\n"
         "SET LOCAL lock_timeout = '60s';\n";
}

absl::Status InExclusiveTransaction(Connection& connection,
                                    absl::FunctionRef<absl::Status()> work) {
  RETURN_IF_ERROR(connection.Run(BeginExclusiveSql(connection.dialect())));
  // What fails here fails on a connection that is lost, and the transaction with it.
  absl::Cleanup roll_back = [&] { connection.Run("ROLLBACK").IgnoreError(); };
  RETURN_IF_ERROR(work());
  RETURN_IF_ERROR(connection.Run("COMMIT"));
  std::move(roll_back).Cancel();
  return absl::OkStatus();
}

}  // namespace autopulse::callevents::persistence::migrations
