#include "persistence/migrations/schema_check.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "persistence/migrations/migrator.h"
#include "persistence/migrations/revision.h"
#include "services/base/log.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

absl::Status Refuse(int revision) {
  const std::string what = revision == kNoRevision
                               ? "the database is empty"
                               : absl::StrCat("the database is at revision ", NameOf(revision),
                                              ", and this program needs ", NameOf(HeadRevision()));
  return absl::FailedPreconditionError(
      absl::StrCat(what,
                   ": run `call-event-migrate --database=... upgrade`, or start with "
                   "--migrate"));
}

// A file of another program was hardly meant, while programs do share a PostgreSQL database.
absl::Status RefuseOtherTables(Connection& connection) {
  ASSIGN_OR_RETURN(const std::vector<Row> tables,
                   connection.Query("SELECT name FROM sqlite_master WHERE type = 'table' "
                                    "AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migration'"));
  if (tables.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("it has tables of another program, and none of ours: `", tables[0][0], "`"));
}

}  // namespace

absl::Status EnsureSchema(const std::string& url, IfOutdated if_outdated) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection,
                   OpenConnection(url, IfMissing::kCreate));
  ASSIGN_OR_RETURN(const SchemaState state, ReadState(*connection));
  const auto report = [](const std::string& line) {
    base::LogInfo("schema migrated", {{"step", line}});
  };
  const bool is_new_file = connection->dialect() == Dialect::kSqlite && !state.is_foreign &&
                           state.revision == kNoRevision;
  if (is_new_file) {
    // The tables of a new file are made at once: whoever holds it is waited for as at its opening,
    // not as for an upgrade.
    RETURN_IF_ERROR(connection->Run(
        absl::StrCat("PRAGMA busy_timeout=", absl::ToInt64Milliseconds(kOpenPatience))));
    const absl::Status others = RefuseOtherTables(*connection);
    if (others.ok()) return Create(*connection, report);
    // The tables may be ours: another starter makes all of them in one transaction, perhaps since
    // the state was read.
    ASSIGN_OR_RETURN(const SchemaState now, ReadState(*connection));
    return now.revision == kNoRevision ? others : EnsureSchema(url, if_outdated);
  }
  // A foreign database may be one of ours from before there were revisions: Upgrade can tell.
  if (if_outdated == IfOutdated::kRefuse && !state.is_foreign) {
    ASSIGN_OR_RETURN(const int revision, KnownRevision(state));
    return revision == HeadRevision() ? absl::OkStatus() : Refuse(revision);
  }
  return Upgrade(*connection, HeadRevision(), report);
}

absl::StatusOr<std::vector<Difference>> Verify(Connection& connection) {
  ASSIGN_OR_RETURN(const Catalogue expected, ExpectedCatalogue(connection));
  ASSIGN_OR_RETURN(const Catalogue actual, ReadCatalogue(connection));
  return Compare(actual, expected);
}

}  // namespace autopulse::callevents::persistence::migrations
