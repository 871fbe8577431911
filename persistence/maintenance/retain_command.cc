#include "persistence/maintenance/retain_command.h"

#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "persistence/maintenance/open_existing.h"
#include "services/base/status_macros.h"
#include "services/core/retention.h"

namespace autopulse::callevents::persistence::maintenance {
namespace {

// Runs steps until there is no more to do. How many calls they concerned.
absl::StatusOr<std::size_t> RunSteps(
    const char* what, const base::ProgressOutput& progress,
    absl::FunctionRef<absl::StatusOr<core::RetentionStep>()> run_step) {
  base::ProgressBar bar(what, /*total=*/0, progress);
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

core::RetentionOptions OptionsOf(const RetainInvocation& invocation) {
  core::RetentionOptions options;
  if (invocation.report_status == "ended-reason") {
    options.rules.report_status = domain::ReportStatus::kEndedReason;
  }
  if (invocation.fold_window > absl::ZeroDuration()) options.fold_window = invocation.fold_window;
  if (invocation.erase_after > absl::ZeroDuration()) options.erase_after = invocation.erase_after;
  return options;
}

}  // namespace

absl::Status RunRetain(const RetainInvocation& invocation, const base::ProgressOutput& progress,
                       std::ostream& out) {
  if (invocation.report_status.empty()) {
    return absl::InvalidArgumentError(
        "retain needs --report-status=completed or ended-reason: what call-event-service is run "
        "with");
  }
  const core::RetentionOptions options = OptionsOf(invocation);
  if (!options.fold_window && !options.erase_after) {
    return absl::InvalidArgumentError(
        "retain needs --fold-window or --erase-after: what call-event-service is run with (30d and "
        "0 unless it is told)");
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<core::CallStore> store, OpenExisting(invocation.database));
  const base::Clock clock = base::SystemClock();
  core::Eraser eraser(
      *store, [] {}, clock);
  core::Retention retention(*store, eraser, options, clock);
  ASSIGN_OR_RETURN(std::int64_t fold_after, retention.FoldProgress());
  std::int64_t erase_after = 0;
  const bool dry_run = invocation.dry_run;
  ASSIGN_OR_RETURN(const std::size_t folded, RunSteps("fold", progress, [&] {
                     return dry_run ? retention.CompareFold(fold_after) : retention.Fold();
                   }));
  ASSIGN_OR_RETURN(const std::size_t erased, RunSteps("erase", progress, [&] {
                     return dry_run ? retention.CompareErase(erase_after)
                                    : retention.Erase(erase_after);
                   }));
  out << folded << " calls " << (dry_run ? "would be " : "") << "folded away, " << erased << " "
      << (dry_run ? "would be " : "") << "erased\n";
  return eraser.Scrub();
}

}  // namespace autopulse::callevents::persistence::maintenance
