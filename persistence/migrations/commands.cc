#include "persistence/migrations/commands.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "persistence/migrations/command_end.h"
#include "persistence/migrations/connection.h"
#include "persistence/migrations/migrator.h"
#include "persistence/migrations/revision.h"
#include "persistence/migrations/schema_check.h"
#include "services/base/config.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

// What a command works with.
struct Context {
  Connection& connection;
  std::string word;  // the revision, or empty
  bool yes;          // whether data may be lost

  // At once: who is killed has said how far the database is.
  static void Print(absl::string_view line) { std::cout << line << "\n" << std::flush; }
};

absl::StatusOr<int> CurrentRevision(const Context& context) {
  ASSIGN_OR_RETURN(const SchemaState state, ReadState(context.connection));
  return KnownRevision(state);
}

absl::StatusOr<int> PrintWhere(const Context& context) {
  ASSIGN_OR_RETURN(const int at, CurrentRevision(context));
  Context::Print(absl::StrCat("at ", NameOf(at), at == HeadRevision() ? " (head)" : ""));
  return base::kExitOk;
}

absl::StatusOr<int> RunUpgrade(const Context& context) {
  ASSIGN_OR_RETURN(const int target, FindRevision(context.word.empty() ? "head" : context.word));
  RETURN_IF_ERROR(Upgrade(context.connection, target, Context::Print));
  return PrintWhere(context);
}

// `-2` is two revisions below the current one.
absl::StatusOr<int> DowngradeTarget(const Context& context) {
  absl::string_view word = context.word;
  if (!absl::ConsumePrefix(&word, "-")) return FindRevision(word);
  int steps = 0;
  ASSIGN_OR_RETURN(const int at, CurrentRevision(context));
  if (!absl::SimpleAtoi(word, &steps) || steps < 1 || at - steps < kBaseRevision) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", context.word, "` is no way down from ", NameOf(at), ": base is ",
                     std::max(0, at - kBaseRevision), " revisions below"));
  }
  return at - steps;
}

absl::StatusOr<int> RunDowngrade(const Context& context) {
  ASSIGN_OR_RETURN(const int target, DowngradeTarget(context));
  RETURN_IF_ERROR(Downgrade(context.connection, target,
                            context.yes ? IfDataIsLost::kGoOn : IfDataIsLost::kRefuse,
                            Context::Print));
  return PrintWhere(context);
}

absl::StatusOr<int> RunHistory(const Context& context) {
  ASSIGN_OR_RETURN(const SchemaState state, ReadState(context.connection));
  ASSIGN_OR_RETURN(const auto times, ApplyTimes(context.connection));
  for (const Revision& revision : Revisions(context.connection.dialect())) {
    const auto time = times.find(revision.number);
    Context::Print(absl::StrCat(
        revision.number == state.revision ? "* " : "  ", NameOf(revision.number),
        revision.number == HeadRevision() ? " (head)" : "", ": ", DescriptionOf(revision),
        time == times.end() ? "" : absl::StrCat(" Applied ", time->second, ".")));
  }
  return base::kExitOk;
}

absl::StatusOr<int> RunPlan(const Context& context) {
  ASSIGN_OR_RETURN(const int at, CurrentRevision(context));
  ASSIGN_OR_RETURN(const int target, FindRevision(context.word.empty() ? "head" : context.word));
  std::cout << Plan(context.connection.dialect(), at, target);
  if (at == target) Context::Print(absl::StrCat("-- nothing to do: at ", NameOf(at)));
  return base::kExitOk;
}

absl::StatusOr<int> RunVerify(const Context& context) {
  ASSIGN_OR_RETURN(const std::vector<Difference> differences, Verify(context.connection));
  const auto errors = std::count_if(differences.begin(), differences.end(),
                                    [](const Difference& found) { return found.is_error; });
  for (const Difference& difference : differences) Context::Print(difference.text);
  Context::Print(errors == 0 ? "the schema has all that is needed"
                             : absl::StrCat("the schema is not what is needed: ", errors,
                                            errors == 1 ? " difference" : " differences"));
  return errors == 0 ? base::kExitOk : base::kExitFailure;
}

absl::StatusOr<int> RunStamp(const Context& context) {
  ASSIGN_OR_RETURN(const int target, FindRevision(context.word));
  RETURN_IF_ERROR(Stamp(context.connection, target));
  return PrintWhere(context);
}

enum class Word { kNone, kOptional, kNeeded };

struct Command {
  const char* name;
  const char* description;
  Word revision;
  IfMissing if_missing;
  Effect effect;
  absl::StatusOr<int> (*run)(const Context& context);
};

constexpr Command kCommands[] = {
    {"upgrade", "Go up to REV (default: head); an empty database gets all tables", Word::kOptional,
     IfMissing::kCreate, Effect::kChanges, RunUpgrade},
    {"downgrade", "Go down to REV (`base` is the lowest), or -N: by N revisions", Word::kNeeded,
     IfMissing::kFail, Effect::kChanges, RunDowngrade},
    {"current", "Print where the database is", Word::kNone, IfMissing::kFail, Effect::kPrints,
     PrintWhere},
    {"history", "List all revisions", Word::kNone, IfMissing::kFail, Effect::kPrints, RunHistory},
    {"plan", "Print the SQL from here to REV (default: head), and run none", Word::kOptional,
     IfMissing::kFail, Effect::kPrints, RunPlan},
    {"verify", "Print where the schema is not what the programs need", Word::kNone,
     IfMissing::kFail, Effect::kPrints, RunVerify},
    {"stamp", "Note that the database is at REV, and change nothing else", Word::kNeeded,
     IfMissing::kFail, Effect::kChanges, RunStamp},
};

// A wrong word is found before any file is made for it.
absl::Status CheckWord(const std::string& word) {
  int ignored = 0;
  absl::string_view digits = word;
  if (word.empty() || (absl::ConsumePrefix(&digits, "-") && absl::SimpleAtoi(digits, &ignored))) {
    return absl::OkStatus();
  }
  return FindRevision(word).status();
}

// What one run is told.
struct Told {
  std::string word;
  bool yes = false;
};

absl::StatusOr<int> Run(const Command& command, const std::string& database, const Told& told) {
  RETURN_IF_ERROR(CheckWord(told.word));
  const absl::StatusOr<std::unique_ptr<Connection>> connection =
      OpenConnection(database, command.if_missing);
  if (!connection.ok()) return absl::UnavailableError(connection.status().message());
  return command.run({**connection, told.word, told.yes});
}

}  // namespace

void AddSchemaCommands(base::Settings& settings, const std::string& database) {
  for (const Command& command : kCommands) {
    const auto told = std::make_shared<Told>();
    base::Settings& added =
        settings.AddCommand(command.name, command.description, "", [&command, &database, told] {
          return Finish(Run(command, database, *told), command.effect);
        });
    if (command.revision != Word::kNone) {
      added.AddWord("REV", told->word, "A number, a name, `base` or `head`");
    }
    if (command.revision == Word::kNeeded) added.Require("REV");
    if (command.run == RunDowngrade) {
      added.AddChosen("yes", told->yes, "Downgrade although it loses data");
    }
  }
}

}  // namespace autopulse::callevents::persistence::migrations
