#include "adapter/dead_letters_command.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "adapter/call_event_client.h"
#include "adapter/dead_letter_replay.h"
#include "adapter/dead_letter_view.h"
#include "adapter/json_tree.h"
#include "adapter/redaction.h"
#include "adapter/service_settings.h"
#include "persistence/spool/event_spool.h"
#include "services/base/config.h"
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
  std::string call;
  std::string reason;
  std::string since;
  std::string until;
  bool all = false;
  bool dry_run = false;
  std::string output = "table";
};

std::optional<int> ReadSettings(int argc, const char* const* argv, CommandSettings& settings) {
  base::Settings parser(kProgram, "Looks at the events that the spool has given up.",
                        "Examples:\n"
                        "  vapi-webhook-adapter dead-letters list --spool=var/spool.db\n"
                        "  vapi-webhook-adapter dead-letters show 17\n"
                        "  vapi-webhook-adapter dead-letters replay --reason=unknown_call\n"
                        "  vapi-webhook-adapter dead-letters discard --until=2026-01-31T00:00:00Z");
  parser.AddWords("action", settings.words, "list, show, replay or discard, and then ids");
  parser.Add("spool", settings.spool, "File of the spool");
  AddServiceSettings(settings.service, parser);
  parser.Add("call", settings.call, "Those of one call, such as calls/15");
  parser.Add("reason", settings.reason, "Those with this reason");
  parser.Add("since", settings.since,
             "Those given up at this time, 2026-01-31T12:00:00Z, or later");
  parser.Add("until", settings.until, "Those given up before this time");
  parser.AddFlag("all", settings.all, "All of them: replay and discard want to be told which");
  parser.AddFlag("dry-run", settings.dry_run, "Only say which would be replayed or discarded");
  parser.AddChoice("output", settings.output, {"table", "json"},
                   "A table, or a JSON object on each line");
  return parser.Parse(argc, argv);
}

absl::StatusOr<std::optional<absl::Time>> ParseTime(const std::string& text) {
  if (text.empty()) return std::nullopt;
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is no time such as 2026-01-31T12:00:00Z"));
}

absl::StatusOr<DeadLetterFilter> MakeFilter(const CommandSettings& settings) {
  DeadLetterFilter filter;
  for (std::size_t i = 1; i < settings.words.size(); ++i) {
    std::int64_t id = 0;
    if (!absl::SimpleAtoi(settings.words[i], &id)) {
      return absl::InvalidArgumentError(absl::StrCat("'", settings.words[i], "' is no id"));
    }
    filter.ids.push_back(id);
  }
  filter.call = settings.call;
  filter.reason = settings.reason;
  ASSIGN_OR_RETURN(filter.since, ParseTime(settings.since));
  ASSIGN_OR_RETURN(filter.until, ParseTime(settings.until));
  return filter;
}

bool SelectsEverything(const DeadLetterFilter& filter) {
  return filter.ids.empty() && filter.call.empty() && filter.reason.empty() && !filter.since &&
         !filter.until;
}

// One run of the command: `Do` is done with each dead letter that is meant.
class Command {
 public:
  Command(const CommandSettings& settings, EventSpool& spool,
          const CallEventClient::Options& client)
      : settings_(settings), letters_(spool.dead_letters()), client_(client) {}

  absl::Status Run(const DeadLetterFilter& filter) {
    const std::string& action = settings_.words.front();
    if (!json() && action == "list") std::cout << DeadLetterHeading() << '\n';
    std::int64_t last = 0;
    while (true) {
      ASSIGN_OR_RETURN(const auto page, letters_.List(filter, last, kPageSize));
      if (page.empty()) return absl::OkStatus();
      for (const DeadLetter& letter : page) {
        last = letter.id;
        ++seen_;
        RETURN_IF_ERROR(Do(action, letter));
      }
    }
  }

  int seen() const { return seen_; }
  int failed() const { return failed_; }

 private:
  bool json() const { return settings_.output == "json"; }

  absl::Status Do(const std::string& action, const DeadLetter& letter) {
    if (action == "list") {
      std::cout << (json() ? DeadLetterJson(letter) : DeadLetterLine(letter)) << '\n';
    } else if (action == "show") {
      ASSIGN_OR_RETURN(const DeadLetter whole, letters_.Get(letter.id));
      std::cout << DeadLetterJson(whole) << '\n';
    } else if (settings_.dry_run) {
      Report(letter.id, absl::StrCat("would be ", action == "replay" ? "replayed" : "discarded"));
    } else if (action == "discard") {
      RETURN_IF_ERROR(letters_.Remove(letter.id));
      Report(letter.id, "discarded");
    } else {
      ASSIGN_OR_RETURN(const DeadLetter whole, letters_.Get(letter.id));
      const absl::StatusOr<std::string> outcome = ReplayDeadLetter(whole, client_, letters_);
      if (!outcome.ok()) ++failed_;
      Report(letter.id,
             outcome.ok() ? *outcome : absl::StrCat("failed: ", outcome.status().message()));
    }
    return absl::OkStatus();
  }

  void Report(std::int64_t id, absl::string_view result) {
    std::string text;
    AppendJsonString(RedactText(result), text);
    if (json()) {
      std::cout << "{\"id\":" << id << ",\"result\":" << text << "}\n";
    } else {
      std::cout << id << ' ' << text.substr(1, text.size() - 2) << '\n';
    }
  }

  const CommandSettings& settings_;
  persistence::spool::DeadLetters& letters_;
  CallEventClient client_;
  int seen_ = 0;
  int failed_ = 0;
};

int Fail(base::ExitCode exit_code, absl::string_view sentence) {
  std::cerr << kProgram << ": " << sentence << '\n';
  return exit_code;
}

bool IsAction(absl::string_view word) {
  return word == "list" || word == "show" || word == "replay" || word == "discard";
}

}  // namespace

int RunDeadLettersCommand(int argc, const char* const* argv) {
  CommandSettings settings;
  if (const auto exit_code = ReadSettings(argc, argv, settings)) return *exit_code;
  if (settings.words.empty() || !IsAction(settings.words.front())) {
    return Fail(base::kExitUsage, "dead-letters wants one of list, show, replay, discard");
  }
  const absl::StatusOr<DeadLetterFilter> filter = MakeFilter(settings);
  if (!filter.ok()) return Fail(base::kExitUsage, filter.status().message());
  const bool changes = settings.words.front() == "replay" || settings.words.front() == "discard";
  if (changes && !settings.all && SelectsEverything(*filter)) {
    return Fail(base::kExitUsage,
                "say which dead letters, by id, --call, --reason, --since or "
                "--until, or --all");
  }
  const auto client = ReadServiceSettings(settings.service);
  if (!client.ok()) return Fail(ExitCodeFor(client.status()), client.status().message());
  if (std::error_code ignored; !std::filesystem::exists(settings.spool, ignored)) {
    return Fail(base::kExitConfiguration,
                absl::StrCat("there is no spool '", settings.spool, "': name it with --spool"));
  }
  const auto spool = EventSpool::Open(settings.spool, absl::Now(), {.sends = false});
  if (!spool.ok()) return Fail(base::kExitConfiguration, spool.status().message());
  Command command(settings, **spool, *client);
  const absl::Status done = command.Run(*filter);
  if (!done.ok()) return Fail(base::kExitFailure, done.message());
  if (!filter->ids.empty() && command.seen() == 0) {
    return Fail(base::kExitFailure, "there is no such dead letter");
  }
  return command.failed() > 0 ? base::kExitFailure : base::kExitOk;
}

}  // namespace autopulse::callevents::adapter
