#include "adapter/commands/dead_letters_command.h"

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "adapter/dead_letters/dead_letter_actions.h"
#include "adapter/dead_letters/dead_letter_export.h"
#include "adapter/dead_letters/dead_letter_selection.h"
#include "adapter/dead_letters/dead_letter_view.h"
#include "adapter/delivery/call_event_client.h"
#include "adapter/delivery/retry_policy.h"
#include "adapter/program.h"
#include "adapter/settings/service_settings.h"
#include "persistence/spool/event_spool.h"
#include "services/base/config.h"
#include "services/base/process.h"
#include "services/base/progress_bar.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::DeadLetter;
using persistence::spool::DeadLetterFilter;
using persistence::spool::EventSpool;

constexpr int kPageSize = 200;

enum class Action { kList, kShow, kReplay, kDiscard, kExport };

struct ActionCommand {
  Action action;
  const char* name;
  const char* description;
};

constexpr ActionCommand kActions[] = {
    {Action::kList, "list", "Print a line for each"},
    {Action::kShow, "show", "Print each as JSON, without telephone numbers and secrets"},
    {Action::kReplay, "replay", "Send them again, and say what became of each"},
    {Action::kDiscard, "discard", "Remove them"},
    {Action::kExport, "export", "Print each as JSON on one line, whole: for `replay`"},
};

// What one run is told.
struct Told {
  std::string spool;
  ServiceSettings service;
  DeadLetterWords selection;
  bool all = false;
  bool force = false;
  bool dry_run = false;
  bool json = false;
};

bool Changes(Action action) { return action == Action::kReplay || action == Action::kDiscard; }

constexpr char kFooter[] =
    "Examples:\n"
    "  vapi-webhook-adapter dead-letters list --spool=var/spool.db\n"
    "  vapi-webhook-adapter dead-letters show 17\n"
    "  vapi-webhook-adapter dead-letters replay --reason=unknown_call --dry-run\n"
    "  vapi-webhook-adapter dead-letters export --call=calls/15 >letters.jsonl\n"
    "  vapi-webhook-adapter dead-letters discard --before=2026-01-31T00:00:00Z\n"
    "Exit codes:\n"
    "  0  success\n"
    "  1  a failure that is none of these\n"
    "  2  wrong command line or environment\n"
    "  3  the spool cannot be used\n"
    "  4  the service cannot be reached or did not answer in time\n"
    "  5  no such dead letter\n"
    "  7  some could not be replayed";

// One run of the command: `Do` is done with each dead letter that is meant.
class Command {
 public:
  Command(const ActionCommand& command, const Told& told, EventSpool& spool,
          const CallEventClient::Options& client)
      : command_(command), told_(told), letters_(spool.dead_letters()), client_(client) {}

  absl::Status Run(const DeadLetterFilter& filter) {
    ASSIGN_OR_RETURN(const std::int64_t count, letters_.Count(filter));
    progress_.emplace(command_.name, count);
    if (!told_.json && command_.action == Action::kList) Print(DeadLetterHeading());
    std::int64_t last = 0;
    while (true) {
      ASSIGN_OR_RETURN(const auto page, letters_.List(filter, last, kPageSize));
      if (page.empty()) return service_.outage();
      for (const DeadLetter& letter : page) {
        last = letter.id;
        ++seen_;
        RETURN_IF_ERROR(Do(letter));
        progress_->Advance();
      }
    }
  }

  int seen() const { return seen_; }
  int failed() const { return failed_; }

 private:
  // What is only shown ends where nobody takes it. What changes something goes on.
  absl::Status Do(const DeadLetter& letter) {
    if (Changes(command_.action)) return Change(letter);
    if (command_.action == Action::kList) {
      Print(told_.json ? DeadLetterJson(letter) : DeadLetterLine(letter));
      return Written();
    }
    ASSIGN_OR_RETURN(const DeadLetter whole, letters_.Get(letter.id));
    Print(command_.action == Action::kShow ? DeadLetterJson(whole) : ExportDeadLetter(whole));
    return Written();
  }

  // Stops at a service that serves nobody: nothing is to be learned from the others.
  absl::Status Change(const DeadLetter& letter) {
    const DeadLetterAction action{.kind = command_.action == Action::kReplay
                                              ? DeadLetterAction::Kind::kReplay
                                              : DeadLetterAction::Kind::kDiscard,
                                  .force = told_.force,
                                  .dry_run = told_.dry_run};
    const DeadLetterResult result =
        Act(action, letter,
            {.client = client_, .register_unknown_calls = told_.service.register_unknown_calls},
            letters_);
    Print(told_.json ? ResultJson(result) : ResultLine(result));
    if (!result.status.ok()) ++failed_;
    service_.Note(result);
    return service_.is_out() ? result.status : absl::OkStatus();
  }

  void Print(absl::string_view line) {
    progress_->Clear();
    std::cout << line << '\n';
  }

  static absl::Status Written() {
    return std::cout ? absl::OkStatus() : base::FlushStandardOutput();
  }

  const ActionCommand& command_;
  const Told& told_;
  persistence::spool::DeadLetters& letters_;
  CallEventClient client_;
  OutageWatch service_{0};
  std::optional<base::ProgressBar> progress_;
  int seen_ = 0;
  int failed_ = 0;
};

int RunOn(const ActionCommand& action, const Told& told, const DeadLetterFilter& filter) {
  const auto client = ReadServiceSettings(told.service);
  if (!client.ok()) return FailOnSettings(client.status());
  if (std::error_code ignored; !std::filesystem::exists(told.spool, ignored)) {
    return Fail(base::kExitConfiguration,
                absl::StrCat("there is no spool '", told.spool, "': name it with --spool"));
  }
  const auto spool = EventSpool::Open(told.spool, absl::Now(), {.sends = false});
  if (!spool.ok()) {
    return Fail(base::kExitConfiguration,
                absl::StrCat("cannot use the spool ", told.spool, ": ", spool.status().message()));
  }
  Command command(action, told, **spool, *client);
  const absl::Status done = command.Run(filter);
  if (IsOutage(done.code())) return Fail(base::kExitUnavailable, done.message());
  // Whoever discards what was exported has to know that it is somewhere.
  const absl::Status written = base::FlushStandardOutput();
  if (!written.ok()) return Fail(base::kExitFailure, written.message());
  if (!done.ok()) return Fail(base::kExitFailure, done.message());
  if (!filter.ids.empty() && command.seen() == 0) {
    return Fail(base::kExitNotFound, "there is no such dead letter");
  }
  return command.failed() > 0 ? base::kExitPartly : base::kExitOk;
}

int Run(const ActionCommand& action, const Told& told) {
  const absl::StatusOr<DeadLetterFilter> filter = MakeFilter(told.selection);
  if (!filter.ok()) return FailOnSettings(filter.status());
  if (Changes(action.action) && !told.all && SelectsEverything(*filter)) {
    return Fail(base::kExitUsage,
                "say which dead letters, by id, --call, --reason, --after or --before, or --all");
  }
  return RunOn(action, told, *filter);
}

void AddAction(const ActionCommand& action, const std::shared_ptr<Told>& told,
               base::Settings& group) {
  base::Settings& command = group.AddCommand(action.name, action.description, "",
                                             [&action, told] { return Run(action, *told); });
  DeadLetterWords& selection = told->selection;
  command.AddWords("ID", selection.ids, "Those with these ids");
  command.AddChosen("call", selection.call, "Those of one call, such as calls/15");
  command.AddChosen("reason", selection.reason, "Those with this reason");
  command.AddChosen("after", selection.after,
                    "Those given up at this time, 2026-01-31T12:00:00Z, or later");
  command.AddChosen("before", selection.before, "Those given up before this time");
  if (!Changes(action.action)) return;
  command.AddChosen("all", told->all, "All of them");
  command.AddChosen("dry-run", told->dry_run, "Only say which it would be");
  if (action.action == Action::kReplay) {
    command.AddChosen("force", told->force, "Also those that the service refused before");
  }
}

}  // namespace

void AddDeadLettersCommand(base::Settings& settings) {
  const auto told = std::make_shared<Told>();
  base::Settings& group = settings.AddCommand(
      "dead-letters", "Look at the events that the spool has given up", kFooter, nullptr);
  group.RequireCommand();
  group.Add("spool", told->spool, "File of the spool");
  AddServiceSettings(told->service, group);
  group.AddOutput(told->json, "A table, or a JSON object on each line");
  for (const ActionCommand& action : kActions) AddAction(action, told, group);
}

}  // namespace autopulse::callevents::adapter
