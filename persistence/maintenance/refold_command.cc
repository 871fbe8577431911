#include "persistence/maintenance/refold_command.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "persistence/maintenance/call_columns.h"
#include "persistence/maintenance/open_existing.h"
#include "persistence/maintenance/refold_report.h"
#include "persistence/migrations/command_end.h"
#include "services/base/progress_bar.h"
#include "services/base/status_macros.h"
#include "services/core/call_store.h"
#include "services/core/refolder.h"
#include "services/core/report_status_choices.h"

namespace autopulse::callevents::persistence::maintenance {
namespace {

// How many calls are read at a time, and written in one transaction at most: few enough that
// recording waits for none of them for long.
constexpr int kPageSize = 200;

// What one run is told.
struct Told {
  std::string call;  // `15` or `calls/15`; or
  bool all = false;  // every call
  bool dry_run = false;
  std::string overwrite;  // columns and `transcript`, with commas, or `all`
  core::RefoldOptions options = {};
};

absl::StatusOr<std::int64_t> ReadCallId(absl::string_view word) {
  std::int64_t id = 0;
  absl::ConsumePrefix(&word, core::kCallCollection);
  if (absl::SimpleAtoi(word, &id) && id > 0) return id;
  return absl::InvalidArgumentError(absl::StrCat("--call: `", word, "` is no call, such as 15"));
}

absl::Status ReadOverwrite(const std::string& words, core::RefoldOptions& options) {
  const auto& names = kCallColumnNames;
  for (const absl::string_view word : absl::StrSplit(words, ',', absl::SkipEmpty())) {
    const auto* const name = std::find(names.begin(), names.end(), word);
    if (name != names.end()) {
      options.overwritten.set(static_cast<std::size_t>(name - names.begin()));
    } else if (word == "transcript") {
      options.overwrites_transcript = true;
    } else if (word == "all") {
      options.overwritten.set();
      options.overwrites_transcript = true;
    } else {
      return absl::InvalidArgumentError(absl::StrCat("--overwrite: `", word, "` is none of all, ",
                                                     absl::StrJoin(names, ", "), ", transcript"));
    }
  }
  return absl::OkStatus();
}

// One run over calls.
class Refolding {
 public:
  Refolding(core::Refolder& refolder, bool dry_run, bool shows_kept, base::ProgressBar& progress,
            std::ostream& out)
      : refolder_(refolder),
        dry_run_(dry_run),
        shows_kept_(shows_kept),
        progress_(progress),
        out_(out) {}

  absl::Status Take(const core::RefoldPage& page) {
    std::vector<std::int64_t> to_change;
    for (const core::RefoldedCall& call : page.calls) {
      if (call.writes() && !dry_run_) {
        to_change.push_back(call.call_id);
      } else {
        Show(call);
      }
    }
    if (!to_change.empty()) {  // compared again, now that they are locked
      ASSIGN_OR_RETURN(const std::vector<core::RefoldedCall> changed, refolder_.Apply(to_change));
      for (const core::RefoldedCall& call : changed) Show(call);
    }
    tally_.AddSeen(page.seen);
    progress_.Advance(static_cast<std::int64_t>(page.seen));
    return absl::OkStatus();
  }

  absl::Status TakeAll() {
    std::int64_t last_id = 0;
    while (true) {
      ASSIGN_OR_RETURN(const core::RefoldPage page, refolder_.Compare(last_id, kPageSize));
      if (page.seen == 0) return absl::OkStatus();
      RETURN_IF_ERROR(Take(page));
      last_id = page.last_id;
    }
  }

  void PrintSummary() {
    progress_.Clear();
    out_ << tally_.Summary(dry_run_ ? "would change" : "changed");
  }

 private:
  void Show(const core::RefoldedCall& call) {
    tally_.Add(call);
    PrintLine(WrittenLine(call));
    if (shows_kept_) PrintLine(KeptLine(call));
  }

  void PrintLine(const std::string& line) {
    if (line.empty()) return;
    progress_.Clear();
    out_ << line << "\n";
  }

  core::Refolder& refolder_;
  const bool dry_run_;
  const bool shows_kept_;
  base::ProgressBar& progress_;
  std::ostream& out_;
  RefoldTally tally_;
};

absl::StatusOr<std::int64_t> CountCalls(core::CallStore& store) {
  std::int64_t count = 0;
  RETURN_IF_ERROR(store.Read([&](core::CallReader& calls) -> absl::Status {
    ASSIGN_OR_RETURN(count, calls.CountCalls());
    return absl::OkStatus();
  }));
  return count;
}

absl::StatusOr<int> Run(Told told, const std::string& database) {
  if (told.call.empty() != told.all) {
    return absl::InvalidArgumentError("refold needs --call=ID or --all, and not both");
  }
  RETURN_IF_ERROR(ReadOverwrite(told.overwrite, told.options));
  std::int64_t call_id = 0;
  if (!told.all) {
    ASSIGN_OR_RETURN(call_id, ReadCallId(told.call));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<core::CallStore> store, OpenExisting(database));
  std::int64_t count = 1;
  if (told.all) {
    ASSIGN_OR_RETURN(count, CountCalls(*store));
  }
  core::Refolder refolder(*store, told.options, base::SystemClock());
  base::ProgressBar bar("refold", count);
  Refolding refolding(refolder, told.dry_run, told.dry_run || !told.all, bar, std::cout);
  if (told.all) {
    RETURN_IF_ERROR(refolding.TakeAll());
  } else {
    ASSIGN_OR_RETURN(const core::RefoldPage page, refolder.CompareOne(call_id));
    RETURN_IF_ERROR(refolding.Take(page));
  }
  refolding.PrintSummary();
  return base::kExitOk;
}

}  // namespace

void AddRefoldCommand(base::Settings& settings, const std::string& database) {
  const auto told = std::make_shared<Told>();
  base::Settings& refold = settings.AddCommand(
      "refold", "Bring calls to what their events give under the rules as they are now", "",
      [&database, told] {
        return migrations::Finish(Run(*told, database), told->dry_run
                                                            ? migrations::Effect::kPrints
                                                            : migrations::Effect::kChanges);
      });
  refold.AddChosen("call", told->call, "One call, by its id");
  refold.AddChosen("all", told->all, "Every call");
  refold.AddChosen("dry-run", told->dry_run, "Only say what would change");
  refold.AddChoice("report-status", told->options.rules.report_status, core::kReportStatusChoices,
                   "What call-event-service is run with");
  refold.Require("--report-status");
  refold.AddChosen("overwrite", told->overwrite,
                   "Columns, with commas, that are written also where no event wrote the value "
                   "they have; `transcript`, `all`");
}

}  // namespace autopulse::callevents::persistence::maintenance
