// call-event-migrate: takes a database's schema up and down, and its calls along with the rules.

#include <csignal>
#include <iostream>
#include <optional>
#include <string>

#include "persistence/maintenance/refold_command.h"
#include "persistence/maintenance/retain_command.h"
#include "persistence/migrations/commands.h"
#include "services/base/config.h"
#include "services/base/process.h"
#include "services/base/progress_bar.h"
#include "services/base/status_macros.h"

namespace {

using autopulse::callevents::base::Settings;
using autopulse::callevents::persistence::maintenance::RefoldInvocation;
using autopulse::callevents::persistence::maintenance::RetainInvocation;
using autopulse::callevents::persistence::maintenance::RunRefold;
using autopulse::callevents::persistence::maintenance::RunRetain;
using autopulse::callevents::persistence::migrations::Invocation;
using autopulse::callevents::persistence::migrations::OnlyPrints;
using autopulse::callevents::persistence::migrations::RunCommand;
namespace base = autopulse::callevents::base;

constexpr const char* kFooter =
    "Commands:\n"
    "  upgrade [REV]       go up to REV (default: head); an empty database gets all tables\n"
    "  downgrade REV|-N    go down to REV (`base` is the lowest), or N revisions\n"
    "  current             print where the database is\n"
    "  history             list all revisions\n"
    "  plan [REV]          print the SQL from here to REV (default: head), and run none\n"
    "  verify              print where the schema is not what the programs need\n"
    "  stamp REV           note that the database is at REV, and change nothing else\n"
    "  refold              bring calls to what their events give under the rules as they are now\n"
    "  retain              forget now what --fold-window and --erase-after say\n\n"
    "An AutoPulse database from before this project: stamp base, then upgrade.\n"
    "--database is CALL_EVENT_MIGRATE_DATABASE in the environment.\n"
    "Exit codes: 0 done, 1 failed or differences found, 2 wrong command line, 3 cannot open the "
    "database.";

int ExitCodeOf(const absl::Status& error) {
  if (absl::IsInvalidArgument(error)) return base::kExitUsage;
  return absl::IsUnavailable(error) ? base::kExitConfiguration : base::kExitFailure;
}

// The commands about recorded calls, with their own settings.
struct Maintenance {
  RefoldInvocation refold;
  RetainInvocation retain;
  bool dry_run = false;
  std::string report_status;
};

absl::StatusOr<int> Run(const Invocation& invocation, Maintenance& maintenance) {
  auto& [refold, retain, dry_run, report_status] = maintenance;
  const std::string command = invocation.words.empty() ? "" : invocation.words[0];
  const bool is_maintenance = command == "refold" || command == "retain";
  if (command != "refold" && (refold.all || !refold.call.empty())) {
    return absl::InvalidArgumentError("--call and --all are for refold");
  }
  if (!is_maintenance && dry_run) {
    return absl::InvalidArgumentError("--dry-run is for refold and retain; see plan");
  }
  if (!is_maintenance) return RunCommand(invocation, std::cout);
  if (invocation.words.size() > 1) {
    return absl::InvalidArgumentError(command + " takes no further words");
  }
  refold.database = retain.database = invocation.database;
  refold.dry_run = retain.dry_run = dry_run;
  refold.report_status = retain.report_status = report_status;
  if (command == "refold") {
    RETURN_IF_ERROR(RunRefold(refold, base::StandardErrorProgress(), std::cout));
  } else {
    RETURN_IF_ERROR(RunRetain(retain, base::StandardErrorProgress(), std::cout));
  }
  return base::kExitOk;
}

}  // namespace

int main(int argc, char** argv) {
  // Into a closed pipe, output is lost; a migration is not.
  std::signal(SIGPIPE, SIG_IGN);
  Invocation invocation;
  Settings settings("call-event-migrate",
                    "Takes a database's schema up and down, and its calls along with the rules.",
                    kFooter);
  settings.Add("database", invocation.database, "sqlite:FILE or a libpq URL, postgresql://...");
  settings.AddChosen("yes", invocation.yes, "Downgrade although it loses data");
  Maintenance maintenance;
  RefoldInvocation& refold = maintenance.refold;
  settings.AddChosen("call", refold.call, "refold: one call, by its id");
  settings.AddChosen("all", refold.all, "refold: every call");
  settings.AddChosen("dry-run", maintenance.dry_run, "refold, retain: only say what would change");
  settings.AddChoice("report-status", maintenance.report_status, {"completed", "ended-reason"},
                     "refold, retain: what call-event-service is run with");
  settings.AddChosen(
      "overwrite", refold.overwrite,
      "refold: columns, with commas, that are written also where no event wrote the value "
      "they have; `transcript`, `all`");
  settings.Add("fold-window", maintenance.retain.fold_window,
               "retain: as call-event-service has it; 0 folds nothing away");
  settings.Add("erase-after", maintenance.retain.erase_after,
               "retain: as call-event-service has it; 0 erases nothing");
  settings.AddWords("command", invocation.words, "What to do, and to which revision");
  if (const std::optional<int> exit_code = settings.Parse(argc, argv)) return *exit_code;

  absl::StatusOr<int> exit_code = Run(invocation, maintenance);
  // A plan that is not whole must not look so; what was done is done.
  if (exit_code.ok() && (OnlyPrints(invocation) || maintenance.dry_run)) {
    if (const absl::Status written = base::FlushStandardOutput(); !written.ok()) {
      exit_code = written;
    }
  }
  if (exit_code.ok()) return *exit_code;
  std::cerr << "call-event-migrate: " << exit_code.status().message() << "\n";
  return ExitCodeOf(exit_code.status());
}
