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
#include "absl/strings/strip.h"

namespace autopulse::callevents::base {

namespace {

// Longer ones are meant to be endless, and would overflow where they are added to a time.
constexpr absl::Duration kLongestDuration = absl::Hours(24 * 365 * 20);

// `30d`, or what absl::ParseDuration takes, which knows no days.
bool ParseDuration(absl::string_view text, absl::Duration& value) {
  absl::string_view days = text;
  std::int32_t count = 0;
  if (!absl::ConsumeSuffix(&days, "d") || !absl::SimpleAtoi(days, &count)) {
    return absl::ParseDuration(text, &value);
  }
  value = absl::Hours(24) * count;
  return true;
}

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

}  // namespace

struct Settings::Implementation {
  CLI::App app;
  std::string program;

  Implementation(const std::string& description, std::string program_name)
      : app(description, program_name), program(std::move(program_name)) {}

  std::string EnvironmentName(const std::string& option) const {
    return absl::AsciiStrToUpper(
        absl::StrReplaceAll(absl::StrCat(program, "_", option), {{"-", "_"}}));
  }

  CLI::Option* Finish(CLI::Option* option, const std::string& name) const {
    return option->envname(EnvironmentName(name));
  }
};

Settings::Settings(std::string program, const std::string& description, std::string footer)
    : implementation_(std::make_unique<Implementation>(description, std::move(program))) {
  CLI::App& app = implementation_->app;
  app.footer(std::move(footer));
  app.set_version_flag("--version", absl::StrCat(implementation_->program, " ", AUTOPULSE_VERSION),
                       "Print the version and exit");
}

Settings::~Settings() = default;

void Settings::Add(const std::string& name, std::string& value, const std::string& help) {
  Implementation& self = *implementation_;
  self.Finish(self.app.add_option("--" + name, value, help), name)->capture_default_str();
}

void Settings::AddChosen(const std::string& name, std::string& value, const std::string& help) {
  implementation_->app.add_option_function<std::string>(
      "--" + name,
      [&value, name](const std::string& text) {
        if (text.empty()) throw CLI::ValidationError("--" + name, "is empty; leave it out, or say");
        value = text;
      },
      help);
}

void Settings::AddChosen(const std::string& name, bool& value, const std::string& help) {
  implementation_->app.add_flag("--" + name, value, help);
}

void Settings::Add(const std::string& name, std::int64_t& value, const std::string& help) {
  Implementation& self = *implementation_;
  // CLI11's own conversion takes an empty text for 0.
  auto* option = self.app.add_option_function<std::string>(
      "--" + name,
      [&value, name](const std::string& text) {
        if (!absl::SimpleAtoi(text, &value)) {
          throw CLI::ValidationError("--" + name, "'" + text + "' is no number");
        }
      },
      help);
  self.Finish(option, name)->type_name("INT")->default_str(absl::StrCat(value));
}

void Settings::Add(const std::string& name, absl::Duration& value, const std::string& help) {
  Implementation& self = *implementation_;
  auto* option = self.app.add_option_function<std::string>(
      "--" + name,
      [&value, name](const std::string& text) {
        if (!ParseDuration(text, value) || value < absl::ZeroDuration() ||
            value > kLongestDuration) {
          throw CLI::ValidationError("--" + name,
                                     "'" + text + "' is no duration such as 5s or 250ms");
        }
      },
      help);
  self.Finish(option, name)->type_name("DURATION")->default_str(absl::FormatDuration(value));
}

void Settings::AddList(const std::string& name, std::vector<std::string>& values,
                       const std::string& help) {
  Implementation& self = *implementation_;
  auto* option = self.app.add_option("--" + name, values, help);
  self.Finish(option, name)->delimiter(',')->default_str(absl::StrJoin(values, ","));
}

void Settings::AddChoice(const std::string& name, std::string& value,
                         const std::vector<std::string>& words, const std::string& help) {
  Implementation& self = *implementation_;
  // A check of CLI11's own would let a wrong word of the environment pass without a sound (2.4).
  auto* option = self.app.add_option_function<std::string>(
      name == "output" ? "-o,--output" : "--" + name,
      [&value, name, words](const std::string& text) {
        if (std::find(words.begin(), words.end(), text) == words.end()) {
          throw CLI::ValidationError("--" + name,
                                     "'" + text + "' is none of " + absl::StrJoin(words, ", "));
        }
        value = text;
      },
      help);
  self.Finish(option, name)->type_name(absl::StrJoin(words, "|"))->default_str(value);
}

void Settings::AddFlag(const std::string& name, bool& value, const std::string& help) {
  Implementation& self = *implementation_;
  self.Finish(self.app.add_flag("--" + name, value, help), name);
}

void Settings::AddWords(const std::string& name, std::vector<std::string>& words,
                        const std::string& help) {
  implementation_->app.add_option(name, words, help);
}

std::optional<int> Settings::Parse(int argc, const char* const* argv) {
  CLI::App& app = implementation_->app;
  try {
    app.parse(Arguments(argc, argv));
    return std::nullopt;
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    std::cerr << implementation_->program << ": " << error.what() << "\nTry '"
              << implementation_->program << " --help'.\n";
    return kExitUsage;
  }
}

}  // namespace autopulse::callevents::base
