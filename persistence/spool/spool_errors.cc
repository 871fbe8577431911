#include "persistence/spool/spool_errors.h"

#include <sqlite3.h>

#include <exception>
#include <odb/exceptions.hxx>
#include <odb/sqlite/exceptions.hxx>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::persistence::spool {
namespace {

absl::StatusCode CodeOf(int result_code) {
  constexpr int kPrimaryMask = 0xff;
  switch (result_code & kPrimaryMask) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return absl::StatusCode::kAborted;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
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
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

absl::Status SqliteError(int result_code, absl::string_view message) {
  return absl::Status(CodeOf(result_code), absl::StrCat("spool: ", message));
}

absl::Status StatusOfCurrentException() {
  try {
    throw;
  } catch (const odb::sqlite::database_exception& e) {
    return SqliteError(e.extended_error(), e.message());
  } catch (const odb::object_not_persistent&) {
    return absl::NotFoundError("spool: the row does not exist");
  } catch (const odb::recoverable& e) {
    return absl::AbortedError(absl::StrCat("spool: ", e.what()));
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("spool: ", e.what()));
  }
}

}  // namespace autopulse::callevents::persistence::spool
