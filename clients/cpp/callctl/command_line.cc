#include "clients/cpp/callctl/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "clients/cpp/callctl/arguments.h"
#include "clients/cpp/callctl/calls_commands.h"
#include "clients/cpp/callctl/command_options.h"
#include "clients/cpp/callctl/events_commands.h"
#include "clients/cpp/callctl/service_record_commands.h"
#include "clients/cpp/callctl/terminal_text.h"
#include "clients/cpp/channel_pool.h"
#include "clients/cpp/channel_settings.h"

namespace autopulse::callevents::callctl {
namespace {

constexpr absl::string_view kExamples =
    "callctl calls list --status=in-progress\n"
    "callctl calls get 15\n"
    "callctl calls watch -o json\n"
    "callctl events report 15 --status=ringing";

// Help in the way that options are typed, `--limit=N`, within 80 columns.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() {
    column_width(28);
    label("SUBCOMMAND", "COMMAND");
    label("Positionals", "Arguments");
  }

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    std::string name = make_option_name(option, is_positional);
    if (!is_positional && option->get_expected_max() > 0) {
      // CLI11 adds what the checks call themselves, behind colons.
      const std::string type = option->get_type_name();
      absl::StrAppend(&name, "=", type.substr(0, type.find(':')));
    }
    std::ostringstream out;
    CLI::detail::format_help(out, name, option->get_description(), get_column_width());
    return out.str();
  }

  std::string make_footer(const CLI::App* app) const override {
    std::string footer = app->get_footer() + "\n";
    if (app->get_parent() != nullptr) {
      footer += "\nOptions for all commands, exit codes: callctl --help\n";
    }
    return footer;
  }
};

// CLI11 takes the next argument as the value of `--filter=`; `--filter ""` it understands.
std::vector<std::string> Arguments(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) {
    const absl::string_view argument = argv[i];
    if (absl::StartsWith(argument, "--") && argument.find('=') == argument.size() - 1) {
      arguments.emplace_back(argument.substr(0, argument.size() - 1));
      arguments.emplace_back();
    } else {
      arguments.emplace_back(argument);
    }
  }
  // CLI11 wants the first argument last.
  std::reverse(arguments.begin(), arguments.end());
  return arguments;
}

// What is wrong with the command line, in one sentence.
std::string Problem(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  if (!unknown.empty()) return absl::StrCat("do not know '", unknown.front(), "'");
  if (error.get_name() == "RequiredError" && absl::StrContains(error.what(), "subcommand")) {
    return "a command is missing";
  }
  return error.what();
}

ExitCode Explain(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {
    app.exit(error);  // prints help or version
    return ExitCode::kOk;
  }
  std::string level = "callctl";
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().back();
    absl::StrAppend(&level, " ", at->get_name());
  }
  std::cerr << "callctl: " << EscapeForTerminal(Problem(app, error)) << "; see " << level
            << " --help\n";
  return ExitCode::kUsage;
}

std::string EnvironmentName(absl::string_view option) {
  return absl::StrCat("CALLCTL_", absl::AsciiStrToUpper(absl::StrReplaceAll(option, {{"-", "_"}})));
}

struct GlobalOptions {
  std::string service;
  std::string timeout;
  std::string format = "table";
  client::ChannelSettings channel = {};
};

// An option that the environment may give as well: what `read` makes of it becomes `value`.
// CLI11 2.4 lets what a validator refuses pass without a sound if it comes from there, so it has
// none.
CLI::Option* AddSetting(CLI::App& app, const std::string& name, std::string& value,
                        absl::StatusOr<std::string> (*read)(absl::string_view),
                        const std::string& help) {
  const std::string option = absl::StrCat("--", name);
  const auto take = [option, &value, read](const std::string& argument) {
    absl::StatusOr<std::string> taken = read(argument);
    if (!taken.ok()) throw CLI::ValidationError(option, std::string(taken.status().message()));
    value = *std::move(taken);
  };
  return app.add_option_function<std::string>(option, take, help)->envname(EnvironmentName(name));
}

absl::StatusOr<std::string> CheckServiceList(absl::string_view list) {
  const absl::Status status = client::ReadServiceList(list).status();
  if (!status.ok()) return status;
  return std::string(list);
}

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  app.set_help_flag("-h,--help", "Show help for this level and exit");
  app.set_version_flag("--version", "callctl " AUTOPULSE_VERSION, "Show the version and exit");
  AddSetting(app, "service", options.service, CheckServiceList,
             absl::StrCat("The service: HOST:PORT, unix:PATH, or a list\n[CALLCTL_SERVICE, or ",
                          options.service, "]"))
      ->type_name("ADDRESS");
  AddSetting(app, "timeout", options.timeout, ParseTimeout,
             absl::StrCat("The most to wait for an answer: 250ms, 5s, 1m\n[CALLCTL_TIMEOUT, or ",
                          options.timeout, "]"))
      ->type_name("DURATION");
  for (const client::ChannelSetting& setting : client::kChannelSettings) {
    const std::string environment = EnvironmentName(setting.name);
    app.add_option(absl::StrCat("--", setting.name), options.channel.*setting.value,
                   absl::StrCat(setting.help, "\n[", environment, "]"))
        ->type_name(setting.type)
        ->envname(environment);
  }
  app.add_option("-o,--output", options.format, "Print a table or JSON [table]")
      ->type_name("table|json")
      ->transform(Reading([](absl::string_view word) -> absl::StatusOr<std::string> {
        if (word == "table" || word == "json") return std::string(word);
        return absl::InvalidArgumentError(absl::StrCat("'", word, "' is neither table nor json"));
      }));
}

}  // namespace

std::optional<ExitCode> ParseCommandLine(int argc, const char* const* argv,
                                         Invocation& invocation) {
  CLI::App app("Shows and reports phone calls, on the command line.", "callctl");
  app.formatter(std::make_shared<HelpFormatter>());
  app.fallthrough();
  app.require_subcommand(1);
  app.footer(absl::StrCat("Examples:\n  ", absl::StrReplaceAll(kExamples, {{"\n", "\n  "}}), "\n\n",
                          kExitCodeHelp));
  GlobalOptions options{.service = invocation.client.channel.service,
                        .timeout = absl::FormatDuration(invocation.client.timeout)};
  AddGlobalOptions(app, options);
  AddCallsCommands(app, invocation.command);
  AddServiceRecordCommands(app, invocation.command);
  AddEventsCommands(app, invocation.command);
  try {
    app.parse(Arguments(argc, argv));
  } catch (const CLI::ParseError& error) {
    return Explain(app, error);
  }
  absl::StatusOr<client::ChannelOptions> channel =
      client::ReadChannelSettings(options.service, options.channel);
  if (!channel.ok()) {
    std::cerr << "callctl: " << EscapeForTerminal(channel.status().message()) << '\n';
    return absl::IsInvalidArgument(channel.status()) ? ExitCode::kUsage : ExitCode::kConfiguration;
  }
  invocation.client.channel = *std::move(channel);
  invocation.tokens_in_clear = options.channel.token_in_clear == "anywhere";
  invocation.format = options.format == "json" ? OutputFormat::kJson : OutputFormat::kTable;
  if (!absl::ParseDuration(options.timeout, &invocation.client.timeout)) return ExitCode::kUsage;
  return std::nullopt;
}

}  // namespace autopulse::callevents::callctl
