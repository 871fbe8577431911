#include "persistence/migrations/commands.h"

#include <algorithm>
#include <map>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
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
  bool yes;
  std::ostream& out;

  void Print(absl::string_view line) const { out << line << "\n"; }
};

absl::StatusOr<int> CurrentRevision(const Context& context) {
  ASSIGN_OR_RETURN(const SchemaState state, ReadState(context.connection));
  return KnownRevision(state);
}

absl::StatusOr<int> PrintWhere(const Context& context) {
  ASSIGN_OR_RETURN(const int at, CurrentRevision(context));
  context.Print(absl::StrCat("at ", NameOf(at), at == HeadRevision() ? " (head)" : ""));
  return base::kExitOk;
}

absl::StatusOr<int> RunUpgrade(const Context& context) {
  ASSIGN_OR_RETURN(const int target, FindRevision(context.word.empty() ? "head" : context.word));
  RETURN_IF_ERROR(
      Upgrade(context.connection, target, [&](const std::string& line) { context.Print(line); }));
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
                            [&](const std::string& line) { context.Print(line); }));
  return PrintWhere(context);
}

absl::StatusOr<int> RunHistory(const Context& context) {
  ASSIGN_OR_RETURN(const SchemaState state, ReadState(context.connection));
  ASSIGN_OR_RETURN(const auto times, ApplyTimes(context.connection));
  for (const Revision& revision : Revisions(context.connection.dialect())) {
    const auto time = times.find(revision.number);
    context.Print(absl::StrCat(
        revision.number == state.revision ? "* " : "  ", NameOf(revision.number),
        revision.number == HeadRevision() ? " (head)" : "", ": ", DescriptionOf(revision),
        time == times.end() ? "" : absl::StrCat(" Applied ", time->second, ".")));
  }
  return base::kExitOk;
}

absl::StatusOr<int> RunPlan(const Context& context) {
  ASSIGN_OR_RETURN(const int at, CurrentRevision(context));
  ASSIGN_OR_RETURN(const int target, FindRevision(context.word.empty() ? "head" : context.word));
  context.out << Plan(context.connection.dialect(), at, target);
  if (at == target) context.Print(absl::StrCat("-- nothing to do: at ", NameOf(at)));
  return base::kExitOk;
}

absl::StatusOr<int> RunVerify(const Context& context) {
  ASSIGN_OR_RETURN(const std::vector<Difference> differences, Verify(context.connection));
  const auto errors = std::count_if(differences.begin(), differences.end(),
                                    [](const Difference& found) { return found.is_error; });
  for (const Difference& difference : differences) context.Print(difference.text);
  context.Print(errors == 0 ? "the schema has all that is needed"
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
  std::string name;
  Word revision;
  IfMissing if_missing;
  bool only_prints;
  absl::StatusOr<int> (*run)(const Context& context);
};

const std::vector<Command>& Commands() {
  static const auto& commands = *new std::vector<Command>{
      {"upgrade", Word::kOptional, IfMissing::kCreate, false, RunUpgrade},
      {"downgrade", Word::kNeeded, IfMissing::kFail, false, RunDowngrade},
      {"current", Word::kNone, IfMissing::kFail, true, PrintWhere},
      {"history", Word::kNone, IfMissing::kFail, true, RunHistory},
      {"plan", Word::kOptional, IfMissing::kFail, true, RunPlan},
      {"verify", Word::kNone, IfMissing::kFail, true, RunVerify},
      {"stamp", Word::kNeeded, IfMissing::kFail, false, RunStamp},
  };
  return commands;
}

absl::StatusOr<const Command*> FindCommand(const std::vector<std::string>& words) {
  if (words.empty()) {
    return absl::InvalidArgumentError(
        "a command is missing: upgrade, downgrade, current, history, plan, verify, stamp, "
        "refold or retain");
  }
  for (const Command& command : Commands()) {
    if (command.name != words[0]) continue;
    if (words.size() > (command.revision == Word::kNone ? 1U : 2U)) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", words.back(), "` is one word too many for ", command.name));
    }
    if (command.revision == Word::kNeeded && words.size() < 2) {
      return absl::InvalidArgumentError(absl::StrCat(command.name, " needs a revision"));
    }
    return &command;
  }
  return absl::InvalidArgumentError(absl::StrCat("there is no command `", words[0], "`"));
}

// A wrong word is found before any file is made for it.
absl::Status CheckWord(const std::string& word) {
  int ignored = 0;
  absl::string_view digits = word;
  if (word.empty() || (absl::ConsumePrefix(&digits, "-") && absl::SimpleAtoi(digits, &ignored))) {
    return absl::OkStatus();
  }
  return FindRevision(word).status();
}

}  // namespace

bool OnlyPrints(const Invocation& invocation) {
  const absl::StatusOr<const Command*> command = FindCommand(invocation.words);
  return command.ok() && (*command)->only_prints;
}

absl::StatusOr<int> RunCommand(const Invocation& invocation, std::ostream& out) {
  ASSIGN_OR_RETURN(const Command* const command, FindCommand(invocation.words));
  const std::string word = invocation.words.size() > 1 ? invocation.words[1] : "";
  RETURN_IF_ERROR(CheckWord(word));
  if (invocation.database.empty()) {
    return absl::InvalidArgumentError(
        "--database is missing: sqlite:FILE or postgresql://USER@HOST/NAME");
  }
  const absl::StatusOr<std::unique_ptr<Connection>> connection =
      OpenConnection(invocation.database, command->if_missing);
  if (!connection.ok()) return absl::UnavailableError(connection.status().message());
  return command->run({**connection, word, invocation.yes, out});
}

}  // namespace autopulse::callevents::persistence::migrations
