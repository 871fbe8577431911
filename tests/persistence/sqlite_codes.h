#pragma once

#include <sqlite3.h>

#include <utility>

#include "absl/status/status.h"

namespace autopulse::callevents::persistence {

// What SQLite's codes tell whoever uses a database, the calls' or the spool's: each has its own
// table, for the spool includes nothing of the other.
inline constexpr std::pair<int, absl::StatusCode> kSqliteCodes[] = {
    {SQLITE_BUSY, absl::StatusCode::kAborted},
    {SQLITE_BUSY_SNAPSHOT, absl::StatusCode::kAborted},
    {SQLITE_LOCKED, absl::StatusCode::kAborted},
    {SQLITE_PROTOCOL, absl::StatusCode::kAborted},
    {SQLITE_FULL, absl::StatusCode::kResourceExhausted},
    {SQLITE_NOMEM, absl::StatusCode::kResourceExhausted},
    {SQLITE_IOERR_NOMEM, absl::StatusCode::kResourceExhausted},
    {SQLITE_IOERR_FSYNC, absl::StatusCode::kUnavailable},
    {SQLITE_CANTOPEN, absl::StatusCode::kUnavailable},
    {SQLITE_READONLY_DBMOVED, absl::StatusCode::kUnavailable},
    {SQLITE_PERM, absl::StatusCode::kUnavailable},
    {SQLITE_AUTH, absl::StatusCode::kUnavailable},
    {SQLITE_CORRUPT, absl::StatusCode::kDataLoss},
    {SQLITE_NOTADB, absl::StatusCode::kDataLoss},
    {SQLITE_ERROR, absl::StatusCode::kInternal},
};

}  // namespace autopulse::callevents::persistence
