#include "persistence/migrations/migrator.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "persistence/migrations/catalogue.h"
#include "persistence/migrations/data_loss.h"
#include "persistence/migrations/revision.h"
#include "persistence/migrations/version_table.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

enum class Direction { kUp, kDown };

// One revision, one way.
struct Step {
  const Revision& revision;
  Direction direction;

  const std::string& script() const {
    return direction == Direction::kUp ? revision.up : revision.down;
  }
  // Where the database is afterwards.
  int result() const { return direction == Direction::kUp ? revision.number : revision.number - 1; }
};

std::vector<Step> StepsBetween(Dialect dialect, int from, int to) {
  const std::vector<Revision>& revisions = Revisions(dialect);
  std::vector<Step> steps;
  for (int at = from; at < to; ++at) {
    steps.push_back({revisions[static_cast<std::size_t>(at)], Direction::kUp});
  }
  for (int at = from; at > to; --at) {
    steps.push_back({revisions[static_cast<std::size_t>(at - 1)], Direction::kDown});
  }
  return steps;
}

// Rows of SQLite whose parent is missing: foreign keys are off while it migrates. PostgreSQL sees
// to it itself.
absl::StatusOr<std::set<std::string>> Orphans(Connection& connection) {
  std::set<std::string> orphans;
  if (connection.dialect() == Dialect::kPgsql) return orphans;
  ASSIGN_OR_RETURN(const std::vector<Row> rows, connection.Query("PRAGMA foreign_key_check"));
  for (const Row& row : rows) {
    orphans.insert(absl::StrCat("row ", row[1], " of ", row[0], " refers to no ", row[2]));
  }
  return orphans;
}

absl::Status RunScript(Connection& connection, const std::string& script) {
  ASSIGN_OR_RETURN(const std::set<std::string> before, Orphans(connection));
  RETURN_IF_ERROR(connection.Run(script));
  ASSIGN_OR_RETURN(const std::set<std::string> after, Orphans(connection));
  std::vector<std::string> made;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::back_inserter(made));
  if (made.empty()) return absl::OkStatus();
  return absl::InternalError(made.front());
}

absl::Status RefuseLoss(const std::vector<std::string>& losses) {
  return absl::AbortedError(absl::StrCat("the downgrade would lose data:\n  ",
                                         absl::StrJoin(losses, "\n  "),
                                         "\nNothing is changed. Add --yes to lose it."));
}

// Within the transaction of `step`.
absl::Status Perform(Connection& connection, const Step& step, IfDataIsLost if_data_is_lost,
                     std::vector<std::string>& done) {
  ASSIGN_OR_RETURN(const std::vector<std::string> losses, FindLosses(connection, step.script()));
  if (!losses.empty() && if_data_is_lost == IfDataIsLost::kRefuse) return RefuseLoss(losses);
  const std::string name = NameOf(step.revision.number);
  if (const absl::Status run = RunScript(connection, step.script()); !run.ok()) {
    return absl::Status(run.code(),
                        absl::StrCat("revision ", name, " cannot be ",
                                     step.direction == Direction::kUp ? "applied" : "undone",
                                     ", and changed nothing: ", run.message()));
  }
  RETURN_IF_ERROR(WriteRevision(connection, step.result()));
  done.push_back(absl::StrCat(step.direction == Direction::kUp ? "applied " : "undid ", name));
  for (const std::string& loss : losses) done.push_back(absl::StrCat("  dropped ", loss));
  return absl::OkStatus();
}

// Steps to `target` one by one. Where the database is, is read under the lock: another process may
// have been quicker.
absl::Status Walk(Connection& connection, Direction direction, int target,
                  IfDataIsLost if_data_is_lost, Report report) {
  for (bool arrived = false; !arrived;) {
    std::vector<std::string> done;
    RETURN_IF_ERROR(InExclusiveTransaction(connection, [&]() -> absl::Status {
      ASSIGN_OR_RETURN(const SchemaState state, ReadState(connection));
      ASSIGN_OR_RETURN(const int at, KnownRevision(state));
      arrived = direction == Direction::kUp ? at >= target : at <= target;
      if (arrived) return absl::OkStatus();
      return Perform(connection, StepsBetween(connection.dialect(), at, target).front(),
                     if_data_is_lost, done);
    }));
    for (const std::string& line : done) report(line);
  }
  return absl::OkStatus();
}

// What has all of head, and has only lost the table of revisions, is at head.
absl::Status StampIfCurrent(Connection& connection) {
  ASSIGN_OR_RETURN(const Catalogue expected, ExpectedCatalogue(connection));
  return InExclusiveTransaction(connection, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const SchemaState state, ReadState(connection));
    if (!state.is_foreign) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Catalogue actual, ReadCatalogue(connection));
    for (const Difference& difference : Compare(actual, expected)) {
      if (difference.is_error) return absl::OkStatus();
    }
    return WriteRevision(connection, HeadRevision());
  });
}

}  // namespace

absl::StatusOr<int> KnownRevision(const SchemaState& state) {
  if (state.is_foreign) {
    return absl::FailedPreconditionError(
        "the database has tables, but no revision. If it is an AutoPulse database from before this "
        "project: back it up, then run `call-event-migrate stamp base` and `upgrade`");
  }
  if (state.revision > HeadRevision()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the database is at revision ", NameOf(state.revision),
        ", which only a newer version of this program knows; this one's newest is ",
        NameOf(HeadRevision()), ": run the newer one, or let it downgrade to ", HeadRevision()));
  }
  return state.revision;
}

absl::Status Create(Connection& connection, Report report) {
  std::vector<std::string> done;
  const auto create = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const SchemaState state, ReadState(connection));
    if (state.is_foreign || state.revision != kNoRevision) return absl::OkStatus();
    for (const Step& step : StepsBetween(connection.dialect(), kNoRevision, HeadRevision())) {
      RETURN_IF_ERROR(Perform(connection, step, IfDataIsLost::kRefuse, done));
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(InExclusiveTransaction(connection, create));
  if (!done.empty()) report(absl::StrCat("created at ", NameOf(HeadRevision())));
  return absl::OkStatus();
}

absl::Status Upgrade(Connection& connection, int target, Report report) {
  ASSIGN_OR_RETURN(const SchemaState state, ReadState(connection));
  if (state.is_foreign) RETURN_IF_ERROR(StampIfCurrent(connection));
  return Walk(connection, Direction::kUp, target, IfDataIsLost::kGoOn, report);
}

absl::Status Downgrade(Connection& connection, int target, IfDataIsLost if_data_is_lost,
                       Report report) {
  ASSIGN_OR_RETURN(const SchemaState state, ReadState(connection));
  ASSIGN_OR_RETURN(const int at, KnownRevision(state));
  if (if_data_is_lost == IfDataIsLost::kRefuse) {
    // All steps at once, so that none is made if a later one would be refused.
    std::vector<std::string> losses;
    for (const Step& step : StepsBetween(connection.dialect(), std::max(at, target), target)) {
      ASSIGN_OR_RETURN(const std::vector<std::string> more, FindLosses(connection, step.script()));
      losses.insert(losses.end(), more.begin(), more.end());
    }
    if (!losses.empty()) return RefuseLoss(losses);
  }
  return Walk(connection, Direction::kDown, target, if_data_is_lost, report);
}

absl::Status Stamp(Connection& connection, int target) {
  return InExclusiveTransaction(connection, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Catalogue catalogue, ReadCatalogue(connection));
    for (const char* table : {"user", "service_record", "call", "transcript"}) {
      if (catalogue.HasTable(table)) continue;
      return absl::FailedPreconditionError(
          absl::StrCat("the database has no table `", table,
                       "`, so it is at no revision: `upgrade` makes what is missing in an empty "
                       "database"));
    }
    return WriteRevision(connection, target);
  });
}

std::string Plan(Dialect dialect, int from, int to) {
  // Outside of transactions, where alone it does anything.
  std::string plan = dialect == Dialect::kSqlite ? "PRAGMA foreign_keys=OFF;\n\n" : "";
  for (const Step& step : StepsBetween(dialect, from, to)) {
    absl::StrAppend(&plan, "-- ", NameOf(step.revision.number),
                    step.direction == Direction::kUp ? ", up\n" : ", down\n",
                    BeginExclusiveSql(dialect), step.script(),
                    WriteRevisionSql(dialect, step.result()), "COMMIT;\n\n");
  }
  return plan;
}

}  // namespace autopulse::callevents::persistence::migrations
