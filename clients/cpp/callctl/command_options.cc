#include "clients/cpp/callctl/command_options.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace autopulse::callevents::callctl {

CLI::App& AddCommand(CLI::App& parent, const std::string& name, const std::string& description,
                     absl::string_view examples) {
  CLI::App& command = *parent.add_subcommand(name, description);
  command.group("Commands");
  command.require_subcommand(0);
  command.footer(absl::StrCat("Examples:\n  ", absl::StrReplaceAll(examples, {{"\n", "\n  "}})));
  return command;
}

CLI::Validator Reading(std::function<absl::StatusOr<std::string>(absl::string_view)> read) {
  return CLI::Validator(
      [read = std::move(read)](std::string& argument) {
        absl::StatusOr<std::string> value = read(argument);
        if (!value.ok()) return std::string(value.status().message());
        argument = *std::move(value);
        return std::string();
      },
      "");
}

}  // namespace autopulse::callevents::callctl
