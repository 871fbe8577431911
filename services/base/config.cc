#include "services/base/config.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "services/base/duration.h"

namespace autopulse::callevents::base {
namespace {

// CLI11 takes the next argument as the value of `--spool=`, but not as that of `--spool ""`. It
// wants the first argument last. callctl, which depends on nothing of the services, does the same.
std::vector<std::string> Arguments(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    std::string argument = argv[i];
    if (absl::StartsWith(argument, "--") && argument.find('=') == argument.size() - 1) {
      argument.pop_back();
      arguments.emplace_back();
    }
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

// What the program and each of its commands begin with.
void Begin(CLI::App& app, const std::string& footer) {
  app.require_subcommand(0, 1);
  app.footer(footer);
  app.add_flag("--version")->description("Print the version and exit");
}

// A check of values. An empty variable of the environment is none to CLI11.
std::string NotEmpty(const std::string& text) { return text.empty() ? "is empty" : ""; }

}  // namespace

struct Settings::Implementation {
  std::unique_ptr<CLI::App> owned;  // of the program; its commands are part of it
  CLI::App& app;
  std::string program;
  std::string level;  // the program and its command, as they are typed
  Run run = nullptr;
  bool requires_command = false;
  std::vector<CLI::Option*> options = {};
  std::vector<std::unique_ptr<Settings>> commands = {};

  CLI::Option* Keep(CLI::Option* option) {
    options.push_back(option);
    return option;
  }

  CLI::Option* Finish(CLI::Option* option, const std::string& name) {
    return Keep(option)->envname(
        absl::AsciiStrToUpper(absl::StrReplaceAll(absl::StrCat(program, "_", name), {{"-", "_"}})));
  }

  // `value` is a duration, or an optional one where zero is none.
  template <typename Value>
  CLI::Option* AddDuration(const std::string& name, Value& value, const std::string& help) {
    const absl::Duration shown = std::optional(value).value_or(absl::ZeroDuration());
    auto* option = app.add_option_function<std::string>(
        "--" + name,
        [&value, name](const std::string& text) {
          const std::optional<absl::Duration> read = ReadDuration(text);
          if (!read) {
            throw CLI::ValidationError("--" + name,
                                       "'" + text + "' is no duration such as 5s or 250ms");
          }
          value = *read;
          if constexpr (!std::is_same_v<Value, absl::Duration>) {
            if (*read == absl::ZeroDuration()) value = std::nullopt;
          }
        },
        help);
    return option->type_name("DURATION")->default_str(absl::FormatDuration(shown));
  }

  // Whether `flag` was given, in front of a command or behind it.
  bool Asks(const char* flag) const {
    return app.count(flag) > 0 ||
           std::any_of(commands.begin(), commands.end(), [flag](const auto& command) {
             return command->implementation_->Asks(flag);
           });
  }

  // The command that was given, as far as the command line was read.
  const Implementation& Given() const {
    for (const auto& command : commands) {
      if (command->implementation_->app.parsed()) return command->implementation_->Given();
    }
    return *this;
  }

  // `command` was given: what is set for the program itself is none of its business.
  void PutAside(const std::string& command) {
    for (CLI::Option* option : options) {
      if (option->count() > 0) {
        throw CLI::ValidationError(option->get_name(),
                                   "is not for " + command + "; what is stands behind the command");
      }
      option->envname("");
    }
  }

  // What is wrong, in one sentence.
  std::string Problem(const CLI::ParseError& error) const {
    const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
    if (!unknown.empty()) {
      // The value may be a secret.
      return absl::StrCat("do not know '", unknown.front().substr(0, unknown.front().find('=')),
                          "'");
    }
    const Implementation& given = Given();
    if (!given.requires_command || error.get_name() != "RequiredError") return error.what();
    std::vector<std::string> names;
    names.reserve(given.commands.size());
    for (const auto& command : given.commands) {
      names.push_back(command->implementation_->app.get_name());
    }
    const std::string last = names.back();
    names.pop_back();
    return absl::StrCat("a command is missing: ", absl::StrJoin(names, ", "), " or ", last);
  }
};

Settings::Settings(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}

Settings::Settings(std::string program, const std::string& description, const std::string& footer) {
  auto owned = std::make_unique<CLI::App>(description, program);
  CLI::App& app = *owned;
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  Begin(app, footer);
  implementation_ = std::make_unique<Implementation>(
      Implementation{std::move(owned), app, program, std::move(program)});
}

Settings::~Settings() = default;

Settings& Settings::AddCommand(const std::string& name, const std::string& description,
                               const std::string& footer, Run run) {
  Implementation& self = *implementation_;
  CLI::App& app = *self.app.add_subcommand(name, description);
  app.group("Commands");
  Begin(app, self.requires_command
                 ? absl::StrCat(footer, footer.empty() ? "" : "\n",
                                "Options for all commands: ", self.level, " --help")
                 : footer);
  app.fallthrough(self.requires_command);
  // With it, CLI11 reads the environment only for the commands that are given.
  app.parse_complete_callback([&self, name] {
    if (!self.requires_command) self.PutAside(name);
  });
  return *self.commands.emplace_back(new Settings(std::make_unique<Implementation>(Implementation{
      nullptr, app, self.program, absl::StrCat(self.level, " ", name), std::move(run)})));
}

void Settings::RequireCommand() {
  implementation_->requires_command = true;
  implementation_->app.require_subcommand(1);
}

void Settings::Add(const std::string& name, std::string& value, const std::string& help) {
  Implementation& self = *implementation_;
  self.Finish(self.app.add_option("--" + name, value, help), name)->capture_default_str();
}

void Settings::AddChosen(const std::string& name, std::string& value, const std::string& help) {
  implementation_->Keep(implementation_->app.add_option("--" + name, value, help))->check(NotEmpty);
}

void Settings::AddChosen(const std::string& name, bool& value, const std::string& help) {
  implementation_->Keep(implementation_->app.add_flag("--" + name, value, help));
}

void Settings::AddInteger(const std::string& name, std::int64_t default_value,
                          std::pair<std::int64_t, std::int64_t> range, const std::string& help,
                          std::function<void(std::int64_t number)> set) {
  Implementation& self = *implementation_;
  // CLI11's own conversion takes an empty text for 0.
  auto* option = self.app.add_option_function<std::string>(
      "--" + name,
      [name, range, set = std::move(set)](const std::string& text) {
        std::int64_t number = 0;
        if (!absl::SimpleAtoi(text, &number)) {
          throw CLI::ValidationError("--" + name, "'" + text + "' is no number");
        }
        if (number < range.first || number > range.second) {
          throw CLI::ValidationError(
              "--" + name, absl::StrCat("must be from ", range.first, " to ", range.second));
        }
        set(number);
      },
      help);
  self.Finish(option, name)->type_name("INT")->default_str(absl::StrCat(default_value));
}

void Settings::Add(const std::string& name, absl::Duration& value, const std::string& help) {
  implementation_->Finish(implementation_->AddDuration(name, value, help), name);
}

void Settings::Add(const std::string& name, std::optional<absl::Duration>& value,
                   const std::string& help) {
  implementation_->Finish(implementation_->AddDuration(name, value, help), name);
}

void Settings::AddChosen(const std::string& name, std::optional<absl::Duration>& value,
                         const std::string& help) {
  implementation_->Keep(implementation_->AddDuration(name, value, help));
}

void Settings::AddList(const std::string& name, std::vector<std::string>& values,
                       const std::string& help) {
  Implementation& self = *implementation_;
  auto* option = self.app.add_option("--" + name, values, help);
  self.Finish(option, name)->delimiter(',')->default_str(absl::StrJoin(values, ","));
}

void Settings::AddOneOf(const std::string& name, const std::vector<std::string>& words,
                        const std::string& default_word, const std::string& help,
                        std::function<void(std::size_t index)> choose) {
  Implementation& self = *implementation_;
  // A check of CLI11's own would let a wrong word of the environment pass without a sound (2.4).
  auto* option = self.app.add_option_function<std::string>(
      name == "output" ? "-o,--output" : "--" + name,
      [name, words, choose = std::move(choose)](const std::string& text) {
        const auto found = std::find(words.begin(), words.end(), text);
        if (found == words.end()) {
          throw CLI::ValidationError("--" + name,
                                     "'" + text + "' is none of " + absl::StrJoin(words, ", "));
        }
        choose(static_cast<std::size_t>(found - words.begin()));
      },
      help);
  self.Finish(option, name)->type_name(absl::StrJoin(words, "|"))->default_str(default_word);
}

void Settings::AddOutput(bool& json, const std::string& help) {
  static constexpr Choice<bool> kOutputs[] = {{"table", false}, {"json", true}};
  AddChoice("output", json, kOutputs, help);
}

void Settings::AddLogLevel(LogLevel& level) {
  static constexpr Choice<LogLevel> kLevels[] = {
      {"info", LogLevel::kInfo}, {"warning", LogLevel::kWarning}, {"error", LogLevel::kError}};
  AddChoice("log-level", level, kLevels, "The least level that is logged");
}

void Settings::AddFlag(const std::string& name, bool& value, const std::string& help) {
  Implementation& self = *implementation_;
  self.Finish(self.app.add_flag("--" + name, value, help), name);
}

void Settings::AddWords(const std::string& name, std::vector<std::string>& words,
                        const std::string& help) {
  implementation_->Keep(implementation_->app.add_option(name, words, help));
}

void Settings::AddWord(const std::string& name, std::string& word, const std::string& help) {
  implementation_->Keep(implementation_->app.add_option(name, word, help));
}

void Settings::Require(const std::string& name) {
  implementation_->app.get_option(name)->required()->default_str("")->check(NotEmpty);
}

std::optional<int> Settings::Parse(int argc, const char* const* argv) {
  const Implementation& self = *implementation_;
  std::optional<std::string> problem;
  try {
    self.app.parse(Arguments(argc, argv));
  } catch (const CLI::ParseError& error) {
    problem = self.Problem(error);
  }
  // Not left to CLI11, which first looks for what a command behind them requires.
  const bool help = self.Asks("--help");
  if (help || self.Asks("--version")) {
    std::cout << (help ? self.app.help() : self.program + " " AUTOPULSE_VERSION "\n");
    return kExitOk;
  }
  if (problem) {
    std::cerr << self.program << ": " << *problem << "\nTry '" << self.Given().level
              << " --help'.\n";
    return kExitUsage;
  }
  const Run& run = self.Given().run;
  return run == nullptr ? std::nullopt : std::optional<int>(run());
}

}  // namespace autopulse::callevents::base
