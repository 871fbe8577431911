#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace autopulse::callevents::callctl {

// Adds a level below `parent`: a command, or a group of them. `examples` are lines of at most 78
// columns, shown by `--help`.
CLI::App& AddCommand(CLI::App& parent, const std::string& name, const std::string& description,
                     absl::string_view examples);

// Makes a CLI11 validator of a function that reads an argument: what it returns replaces the
// argument, its error is shown after the option's name.
CLI::Validator Reading(std::function<absl::StatusOr<std::string>(absl::string_view)> read);

// Makes a CLI11 validator that leaves an argument as it is if `parse` (of arguments.h or words.h)
// can read it.
template <typename Value>
CLI::Validator Checking(absl::StatusOr<Value> (*parse)(absl::string_view)) {
  return Reading([parse](absl::string_view argument) -> absl::StatusOr<std::string> {
    const absl::StatusOr<Value> value = parse(argument);
    if (!value.ok()) return value.status();
    return std::string(argument);
  });
}

}  // namespace autopulse::callevents::callctl
