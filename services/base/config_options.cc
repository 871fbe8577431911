#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "services/base/config_implementation.h"
#include "services/base/duration.h"

// What can be set.
namespace autopulse::callevents::base {
namespace {

// A check of values. An empty variable of the environment is none to CLI11.
std::string NotEmpty(const std::string& text) { return text.empty() ? "is empty" : ""; }

}  // namespace

CLI::Option* Settings::Implementation::Keep(CLI::Option* option) {
  options.push_back(option);
  return option;
}

CLI::Option* Settings::Implementation::Finish(CLI::Option* option, const std::string& name) {
  return Keep(option)->envname(
      absl::AsciiStrToUpper(absl::StrReplaceAll(absl::StrCat(program, "_", name), {{"-", "_"}})));
}

template <typename Value>
CLI::Option* Settings::Implementation::AddDuration(const std::string& name, Value& value,
                                                   const std::string& help) {
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

}  // namespace autopulse::callevents::base
