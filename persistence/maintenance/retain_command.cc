#include "persistence/maintenance/retain_command.h"

#include <cstdint>
#include <iostream>
#include <memory>

#include "absl/functional/function_ref.h"
#include "persistence/maintenance/open_existing.h"
#include "persistence/migrations/command_end.h"
#include "services/base/progress_bar.h"
#include "services/base/status_macros.h"
#include "services/core/report_status_choices.h"
#include "services/core/retention.h"

namespace autopulse::callevents::persistence::maintenance {
namespace {

// Runs steps until there is no more to do. How many calls they concerned.
absl::StatusOr<std::size_t> RunSteps(
    const char* what, absl::FunctionRef<absl::StatusOr<core::RetentionStep>()> run_step) {
  base::ProgressBar bar(what, /*total=*/0);
  std::size_t calls = 0;
  for (bool done = false; !done;) {
    ASSIGN_OR_RETURN(const core::RetentionStep step, run_step());
    bar.Advance(static_cast<std::int64_t>(step.seen));
    calls += step.calls;
    done = step.done;
  }
  bar.Clear();
  return calls;
}

// What one run is told.
struct Told {
  bool dry_run = false;
  core::RetentionOptions options = {};
};

absl::StatusOr<int> Run(const Told& told, const std::string& database) {
  if (!told.options.fold_window && !told.options.erase_after) {
    return absl::InvalidArgumentError(
        "retain needs --fold-window or --erase-after: what call-event-service is run with (30d and "
        "0 unless it is told)");
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<core::CallStore> store, OpenExisting(database));
  const base::Clock clock = base::SystemClock();
  core::Eraser eraser(
      *store, [] {}, clock);
  core::Retention retention(*store, eraser, told.options, clock);
  ASSIGN_OR_RETURN(std::int64_t fold_after, retention.FoldProgress());
  std::int64_t erase_after = 0;
  const bool dry_run = told.dry_run;
  ASSIGN_OR_RETURN(const std::size_t folded, RunSteps("fold", [&] {
                     return dry_run ? retention.CompareFold(fold_after) : retention.Fold();
                   }));
  ASSIGN_OR_RETURN(const std::size_t erased, RunSteps("erase", [&] {
                     return dry_run ? retention.CompareErase(erase_after)
                                    : retention.Erase(erase_after);
                   }));
  std::cout << folded << " calls " << (dry_run ? "would be " : "") << "folded away, " << erased
            << " " << (dry_run ? "would be " : "") << "erased\n";
  RETURN_IF_ERROR(eraser.Scrub());
  return base::kExitOk;
}

}  // namespace

void AddRetainCommand(base::Settings& settings, const std::string& database) {
  const auto told = std::make_shared<Told>();
  base::Settings& retain = settings.AddCommand(
      "retain", "Forget now what --fold-window and --erase-after say", "", [&database, told] {
        return migrations::Finish(Run(*told, database), told->dry_run
                                                            ? migrations::Effect::kPrints
                                                            : migrations::Effect::kChanges);
      });
  retain.AddChosen("dry-run", told->dry_run, "Only say what would change");
  retain.AddChoice("report-status", told->options.rules.report_status, core::kReportStatusChoices,
                   "What call-event-service is run with");
  retain.Require("--report-status");
  retain.AddChosen("fold-window", told->options.fold_window,
                   "As call-event-service has it; 0 folds nothing away");
  retain.AddChosen("erase-after", told->options.erase_after,
                   "As call-event-service has it; 0 erases nothing");
}

}  // namespace autopulse::callevents::persistence::maintenance
