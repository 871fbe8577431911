#include "services/base/config.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/base/config_implementation.h"

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

}  // namespace

bool Settings::Implementation::Asks(const char* flag) const {
  return app.count(flag) > 0 ||
         std::any_of(commands.begin(), commands.end(),
                     [flag](const auto& command) { return command->implementation_->Asks(flag); });
}

const Settings::Implementation& Settings::Implementation::Given() const {
  for (const auto& command : commands) {
    if (command->implementation_->app.parsed()) return command->implementation_->Given();
  }
  return *this;
}

void Settings::Implementation::PutAside(const std::string& command) {
  for (CLI::Option* option : options) {
    if (option->count() > 0) {
      throw CLI::ValidationError(option->get_name(),
                                 "is not for " + command + "; what is stands behind the command");
    }
    option->envname("");
  }
}

std::string Settings::Implementation::Problem(const CLI::ParseError& error) const {
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  if (!unknown.empty()) {
    // The value may be a secret.
    return absl::StrCat("do not know '", unknown.front().substr(0, unknown.front().find('=')), "'");
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
