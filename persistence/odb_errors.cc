#include "persistence/odb_errors.h"

#include <sqlite3.h>

#include <exception>
#include <new>
#include <odb/exceptions.hxx>
#include <odb/pgsql/exceptions.hxx>
#include <odb/sqlite/exceptions.hxx>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace autopulse::callevents::persistence {
namespace {

absl::StatusCode SqliteConstraintCode(int result_code) {
  switch (result_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return absl::StatusCode::kAlreadyExists;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return absl::StatusCode::kFailedPrecondition;
    default:
      return absl::StatusCode::kInternal;
  }
}

absl::StatusCode SqliteCode(int result_code) {
  constexpr int kPrimaryMask = 0xff;
  switch (result_code & kPrimaryMask) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return absl::StatusCode::kAborted;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_IOERR:
      return result_code == SQLITE_IOERR_NOMEM ? absl::StatusCode::kResourceExhausted
                                               : absl::StatusCode::kUnavailable;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return absl::StatusCode::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_CONSTRAINT:
      return SqliteConstraintCode(result_code);
    case SQLITE_TOOBIG:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kInternal;
  }
}

// The codes that differ from the rest of their class come first.
absl::StatusCode PgsqlCode(const std::string& sqlstate) {
  struct Row {
    const char* prefix;
    absl::StatusCode code;
  };
  static constexpr Row kRows[] = {
      {"23505", absl::StatusCode::kAlreadyExists},       // unique
      {"23503", absl::StatusCode::kFailedPrecondition},  // foreign key
      {"25006", absl::StatusCode::kUnavailable},         // a standby, which only reads
      {"40", absl::StatusCode::kAborted},                // serialization failure, deadlock
      {"55P03", absl::StatusCode::kAborted},             // lock_timeout
      {"57014", absl::StatusCode::kAborted},             // statement_timeout
      {"57P", absl::StatusCode::kUnavailable},           // the server is stopping or starting
      {"53300", absl::StatusCode::kUnavailable},         // too many connections
      {"53", absl::StatusCode::kResourceExhausted},      // disk or memory full
      {"08", absl::StatusCode::kUnavailable},            // connection
      {"22", absl::StatusCode::kInvalidArgument},        // a value that the column does not hold
      {"XX001", absl::StatusCode::kDataLoss},            // a damaged table
      {"XX002", absl::StatusCode::kDataLoss},            // a damaged index
  };
  if (sqlstate.empty()) return absl::StatusCode::kUnavailable;
  for (const Row& row : kRows) {
    if (sqlstate.rfind(row.prefix, 0) == 0) return row.code;
  }
  return absl::StatusCode::kInternal;
}

absl::Status DatabaseError(absl::StatusCode code, absl::string_view message) {
  return absl::Status(code, absl::StrCat("database: ", absl::StripSuffix(message, "\n")));
}

}  // namespace

absl::Status SqliteStatus(int result_code, const std::string& message) {
  return DatabaseError(SqliteCode(result_code), message);
}

absl::Status PgsqlStatus(const std::string& sqlstate, const std::string& message) {
  return DatabaseError(PgsqlCode(sqlstate), message);
}

absl::Status StatusOfCurrentException() {
  try {
    throw;
  } catch (const odb::sqlite::database_exception& e) {
    return SqliteStatus(e.extended_error(), e.message());
  } catch (const odb::pgsql::database_exception& e) {
    return PgsqlStatus(e.sqlstate(), e.message());
  } catch (const odb::connection_lost&) {
    return DatabaseError(absl::StatusCode::kUnavailable, "the connection was lost");
  } catch (const odb::recoverable& e) {
    return DatabaseError(absl::StatusCode::kAborted, e.what());
  } catch (const odb::object_already_persistent&) {
    return DatabaseError(absl::StatusCode::kAlreadyExists, "a row with this key exists");
  } catch (const odb::object_not_persistent&) {
    return DatabaseError(absl::StatusCode::kNotFound, "the row does not exist");
  } catch (const std::bad_alloc&) {
    return DatabaseError(absl::StatusCode::kResourceExhausted, "out of memory");
  } catch (const std::exception& e) {
    return DatabaseError(absl::StatusCode::kInternal, e.what());
  }
}

bool EndsTransaction(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

}  // namespace autopulse::callevents::persistence
