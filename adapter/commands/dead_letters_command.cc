#include "adapter/commands/dead_letters_command.h"

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "adapter/dead_letters/dead_letter_actions.h"
#include "adapter/dead_letters/dead_letter_export.h"
#include "adapter/dead_letters/dead_letter_selection.h"
#include "adapter/dead_letters/dead_letter_view.h"
#include "adapter/delivery/call_event_client.h"
#include "adapter/delivery/retry_policy.h"
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

constexpr char kProgram[] = "vapi-webhook-adapter";
constexpr int kPageSize = 200;

struct CommandSettings {
  std::vector<std::string> words;  // the action and the ids
  std::string spool;
  ServiceSettings service;
  DeadLetterWords selection;
  std::string unknown_calls = "reject";
  bool all = false;
  bool force = false;
  bool dry_run = false;
  std::string output = "table";

  const std::string& action() const { return words.front(); }
  bool changes() const { return action() == "replay" || action() == "discard"; }
};

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

std::optional<int> ReadSettings(int argc, const char* const* argv, CommandSettings& settings) {
  base::Settings parser(kProgram, "Looks at the events that the spool has given up.", kFooter);
  parser.AddWords("action", settings.words, "list, show, replay, discard or export, and then ids");
  parser.Add("spool", settings.spool, "File of the spool");
  AddServiceSettings(settings.service, parser);
  parser.AddChosen("call", settings.selection.call, "Those of one call, such as calls/15");
  parser.AddChosen("reason", settings.selection.reason, "Those with this reason");
  parser.AddChosen("after", settings.selection.after,
                   "Those given up at this time, 2026-01-31T12:00:00Z, or later");
  parser.AddChosen("before", settings.selection.before, "Those given up before this time");
  parser.AddChosen("all", settings.all, "All of them: replay and discard want to be told which");
  parser.AddChoice("unknown-calls", settings.unknown_calls, {"reject", "create"},
                   "What becomes of inbound calls that nobody registered and a replay names");
  parser.AddChosen("force", settings.force, "Replay also those that the service refused before");
  parser.AddChosen("dry-run", settings.dry_run, "Only say which would be replayed or discarded");
  parser.AddChoice("output", settings.output, {"table", "json"},
                   "A table, or a JSON object on each line");
  return parser.Parse(argc, argv);
}

// One run of the command: `Do` is done with each dead letter that is meant.
class Command {
 public:
  Command(const CommandSettings& settings, EventSpool& spool,
          const CallEventClient::Options& client)
      : settings_(settings), letters_(spool.dead_letters()), client_(client) {}

  absl::Status Run(const DeadLetterFilter& filter) {
    ASSIGN_OR_RETURN(const std::int64_t count, letters_.Count(filter));
    progress_.emplace(settings_.action(), count);
    if (!json() && settings_.action() == "list") Print(DeadLetterHeading());
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
  bool json() const { return settings_.output == "json"; }

  // What is only shown ends where nobody takes it. What changes something goes on.
  absl::Status Do(const DeadLetter& letter) {
    if (settings_.changes()) return Change(letter);
    if (settings_.action() == "list") {
      Print(json() ? DeadLetterJson(letter) : DeadLetterLine(letter));
      return Written();
    }
    ASSIGN_OR_RETURN(const DeadLetter whole, letters_.Get(letter.id));
    Print(settings_.action() == "show" ? DeadLetterJson(whole) : ExportDeadLetter(whole));
    return Written();
  }

  // Stops at a service that serves nobody: nothing is to be learned from the others.
  absl::Status Change(const DeadLetter& letter) {
    const DeadLetterAction action{.kind = settings_.action() == "replay"
                                              ? DeadLetterAction::Kind::kReplay
                                              : DeadLetterAction::Kind::kDiscard,
                                  .force = settings_.force,
                                  .dry_run = settings_.dry_run};
    const DeadLetterResult result =
        Act(action, letter,
            {.client = client_, .register_unknown_calls = settings_.unknown_calls == "create"},
            letters_);
    Print(json() ? ResultJson(result) : ResultLine(result));
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

  const CommandSettings& settings_;
  persistence::spool::DeadLetters& letters_;
  CallEventClient client_;
  OutageWatch service_{0};
  std::optional<base::ProgressBar> progress_;
  int seen_ = 0;
  int failed_ = 0;
};

int Fail(base::ExitCode exit_code, absl::string_view sentence) {
  std::cerr << kProgram << ": " << sentence << '\n';
  return exit_code;
}

bool IsAction(absl::string_view word) {
  return word == "list" || word == "show" || word == "replay" || word == "discard" ||
         word == "export";
}

int RunOn(const CommandSettings& settings, const DeadLetterFilter& filter) {
  const auto client = ReadServiceSettings(settings.service);
  if (!client.ok()) return Fail(ExitCodeFor(client.status()), client.status().message());
  if (std::error_code ignored; !std::filesystem::exists(settings.spool, ignored)) {
    return Fail(base::kExitConfiguration,
                absl::StrCat("there is no spool '", settings.spool, "': name it with --spool"));
  }
  const auto spool = EventSpool::Open(settings.spool, absl::Now(), {.sends = false});
  if (!spool.ok()) {
    return Fail(base::kExitConfiguration, absl::StrCat("cannot use the spool ", settings.spool,
                                                       ": ", spool.status().message()));
  }
  Command command(settings, **spool, *client);
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

}  // namespace

int RunDeadLettersCommand(int argc, const char* const* argv) {
  CommandSettings settings;
  if (const auto exit_code = ReadSettings(argc, argv, settings)) return *exit_code;
  if (settings.words.empty() || !IsAction(settings.action())) {
    return Fail(base::kExitUsage, "dead-letters wants one of list, show, replay, discard, export");
  }
  settings.selection.ids.assign(settings.words.begin() + 1, settings.words.end());
  const absl::StatusOr<DeadLetterFilter> filter = MakeFilter(settings.selection);
  if (!filter.ok()) return Fail(base::kExitUsage, filter.status().message());
  if (settings.changes() && !settings.all && SelectsEverything(*filter)) {
    return Fail(base::kExitUsage,
                "say which dead letters, by id, --call, --reason, --after or --before, or --all");
  }
  return RunOn(settings, *filter);
}

}  // namespace autopulse::callevents::adapter
