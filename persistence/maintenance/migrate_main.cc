// call-event-migrate: takes a database's schema up and down, and its calls along with the rules.
// Wiring only.

#include <csignal>
#include <string>

#include "persistence/maintenance/refold_command.h"
#include "persistence/maintenance/retain_command.h"
#include "persistence/migrations/commands.h"
#include "services/base/config.h"
#include "services/base/process.h"

namespace {

constexpr const char* kFooter =
    "An AutoPulse database from before this project: stamp base, then upgrade.\n"
    "--database is CALL_EVENT_MIGRATE_DATABASE in the environment.\n"
    "Exit codes: 0 done, 1 failed or differences found, 2 wrong command line, 3 cannot open the "
    "database.";

}  // namespace

int main(int argc, char** argv) {
  namespace base = autopulse::callevents::base;
  namespace persistence = autopulse::callevents::persistence;
  base::MakePrivateFiles();
  // Into a closed pipe, output is lost; a migration is not.
  std::signal(SIGPIPE, SIG_IGN);
  base::Settings settings(
      "call-event-migrate",
      "Takes a database's schema up and down, and its calls along with the rules.", kFooter);
  std::string database;
  settings.RequireCommand();
  settings.Add("database", database, "sqlite:FILE or a libpq URL, postgresql://...");
  settings.Require("--database");
  persistence::migrations::AddSchemaCommands(settings, database);
  persistence::maintenance::AddRefoldCommand(settings, database);
  persistence::maintenance::AddRetainCommand(settings, database);
  return settings.Parse(argc, argv).value_or(base::kExitOk);
}
