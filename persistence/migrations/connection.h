#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace autopulse::callevents::persistence::migrations {

enum class Dialect { kSqlite, kPgsql };

// How long a SQLite file is waited for, as it is opened, that another program holds.
inline constexpr absl::Duration kOpenPatience = absl::Seconds(15);

// The values of one row as text; NULL is empty.
using Row = std::vector<std::string>;

// One connection to a database, without ODB: scripts are given to the database as they are, which
// splits them itself. Not thread-safe.
class Connection {
 public:
  virtual ~Connection() = default;

  virtual Dialect dialect() const = 0;

  // Runs all statements of `script`. INTERNAL, with what the database says, if one fails; ABORTED
  // if another program was in the way for too long; UNAVAILABLE if the connection is lost.
  virtual absl::Status Run(const std::string& script) = 0;

  // The rows of the one statement `sql`. Errors as `Run` has them.
  virtual absl::StatusOr<std::vector<Row>> Query(const std::string& sql) = 0;
};

enum class IfMissing { kFail, kCreate };

// Opens the database that `url` names: `sqlite:FILE`, or a libpq URL (`postgresql://...`, whose
// environment PGHOST, PGPASSWORD and so on holds too). `if_missing` is about SQLite's file.
//
// An error is a sentence without any password: INVALID_ARGUMENT if `url` names no database that
// there is, FAILED_PRECONDITION or UNAVAILABLE if it cannot be opened.
absl::StatusOr<std::unique_ptr<Connection>> OpenConnection(const std::string& url,
                                                           IfMissing if_missing);

// The parts of `OpenConnection`.
absl::StatusOr<std::unique_ptr<Connection>> OpenSqliteFile(const std::string& path,
                                                           IfMissing if_missing);
absl::StatusOr<std::unique_ptr<Connection>> OpenPgsqlUrl(const std::string& url);

// A new SQLite database in memory.
absl::StatusOr<std::unique_ptr<Connection>> OpenSqliteMemory();

// What begins a transaction that no other one of this kind runs beside, in any process.
std::string BeginExclusiveSql(Dialect dialect);

// Runs `work` between that and COMMIT; rolls back if it fails. After a lost connection
// at COMMIT nobody knows whether it happened; running the command again finds out.
absl::Status InExclusiveTransaction(Connection& connection, absl::FunctionRef<absl::Status()> work);

}  // namespace autopulse::callevents::persistence::migrations
