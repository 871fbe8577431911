#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "services/base/log.h"

namespace autopulse::callevents::base {

// What every program of the project exits with, so that scripts can tell.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailure = 1,        // it ran and failed
  kExitUsage = 2,          // the command line or the environment is wrong
  kExitConfiguration = 3,  // a file, address or database that the settings name does not do
  // The same as callctl's.
  kExitUnavailable = 4,  // the service cannot be reached, or did not answer in time
  kExitNotFound = 5,     // what was asked for does not exist
  kExitPartly = 7        // some of several failed
};

// A word that an option takes, and what it stands for.
template <typename Value>
struct Choice {
  const char* word;
  Value value;
};

// The settings of one program: its command line and, for what is not given there, its environment.
//
// `--webhook-secret-file` of `vapi-webhook-adapter` is VAPI_WEBHOOK_ADAPTER_WEBHOOK_SECRET_FILE in
// the environment. Settings are read once, in main, into variables that are passed down.
//
//   Settings settings("call-event-service", "Keeps the state of calls.", "Examples: ...");
//   settings.Add("listen", listen, "HOST:PORT to listen on");
//   if (auto exit_code = settings.Parse(argc, argv)) return *exit_code;
//
// A program may have commands, and these commands of their own. Each has its settings and its help;
// what it has not is refused.
class Settings {
 public:
  // Runs a command whose settings have been read; returns what to exit with.
  using Run = std::function<int()>;

  Settings(std::string program, const std::string& description, const std::string& footer);
  ~Settings();

  // Adds `--name=VALUE`. What `value` holds is the default, shown by `--help`. `value` must outlive
  // `Parse`. Durations are written `250ms`, `5s`, `1m30s`.
  void Add(const std::string& name, std::string& value, const std::string& help);
  template <typename Integer, std::enable_if_t<std::is_integral_v<Integer>, bool> = true>
  void Add(const std::string& name, Integer& value, const std::string& help) {
    constexpr auto kMost = static_cast<std::int64_t>(std::min<std::uint64_t>(
        std::numeric_limits<Integer>::max(), std::numeric_limits<std::int64_t>::max()));
    AddInteger(name, static_cast<std::int64_t>(value), {std::numeric_limits<Integer>::min(), kMost},
               help, [&value](std::int64_t number) { value = static_cast<Integer>(number); });
  }
  void Add(const std::string& name, absl::Duration& value, const std::string& help);

  // The same where zero is none.
  void Add(const std::string& name, std::optional<absl::Duration>& value, const std::string& help);

  // The same for what one run is told: what it is about, and what it may do. It is not read from
  // the environment, where a forgotten variable would choose, or consent, in every run. A text is
  // not empty where it is given: a variable of a script that is not set would choose everything.
  void AddChosen(const std::string& name, std::string& value, const std::string& help);
  void AddChosen(const std::string& name, bool& value, const std::string& help);
  void AddChosen(const std::string& name, std::optional<absl::Duration>& value,
                 const std::string& help);

  // Adds `--name=VALUE` that may be given several times, or once with commas between the values.
  void AddList(const std::string& name, std::vector<std::string>& values, const std::string& help);

  // Adds `--name=WORD`, where WORD is one of `choices`, such as an array of `Choice`. They must
  // outlive `Parse`.
  template <typename Value, typename Choices>
  void AddChoice(const std::string& name, Value& value, const Choices& choices,
                 const std::string& help) {
    std::vector<std::string> words;
    std::string default_word;
    for (const auto& choice : choices) {
      words.emplace_back(choice.word);
      if (choice.value == value) default_word = choice.word;
    }
    AddOneOf(name, words, default_word, help,
             [&value, &choices](std::size_t index) { value = std::begin(choices)[index].value; });
  }

  // Adds `--output=table|json`, `-o`, which says whether a command prints JSON.
  void AddOutput(bool& json, const std::string& help);

  // Adds `--log-level`, the least that is logged.
  void AddLogLevel(LogLevel& level);

  // Adds `--name`, which sets `value`.
  void AddFlag(const std::string& name, bool& value, const std::string& help);

  // Adds words that stand for themselves on the command line, such as files, or one of them; `name`
  // is what `--help` calls them. They are not read from the environment.
  void AddWords(const std::string& name, std::vector<std::string>& words, const std::string& help);
  void AddWord(const std::string& name, std::string& word, const std::string& help);

  // What was added as `name`, `--report-status` or `REV`, has to be given, and not to be empty.
  void Require(const std::string& name);

  // Adds a command, which `Parse` runs if it is given; `run` may be null if it requires a command
  // itself. What is returned, for its settings and commands, lives as long as this.
  Settings& AddCommand(const std::string& name, const std::string& description,
                       const std::string& footer, Run run);

  // Says, before there are commands, that one has to be given: the settings are those of each of
  // them, then, in front of it or behind it. Otherwise they are the program's own, which does
  // something else without a command, and no command takes them.
  void RequireCommand();

  // Reads the settings. Nothing if the program is to go on; otherwise what it is to exit with,
  // after `--help` or `--version` was printed, a sentence about what is wrong, or a command was
  // run. Whoever asks for help gets that of the innermost command, whatever else is wrong.
  std::optional<int> Parse(int argc, const char* const* argv);

 private:
  struct Implementation;
  explicit Settings(std::unique_ptr<Implementation> implementation);
  void AddInteger(const std::string& name, std::int64_t default_value,
                  std::pair<std::int64_t, std::int64_t> range, const std::string& help,
                  std::function<void(std::int64_t number)> set);
  void AddOneOf(const std::string& name, const std::vector<std::string>& words,
                const std::string& default_word, const std::string& help,
                std::function<void(std::size_t index)> choose);

  std::unique_ptr<Implementation> implementation_;
};

}  // namespace autopulse::callevents::base
