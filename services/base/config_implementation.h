#pragma once

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "services/base/config.h"

// Of config.cc and config_options.cc alone.
namespace autopulse::callevents::base {

// What `Settings` is made of: a program, or one of its commands.
struct Settings::Implementation {
  std::unique_ptr<CLI::App> owned;  // of the program; its commands are part of it
  CLI::App& app;
  std::string program;
  std::string level;  // the program and its command, as they are typed
  Run run = nullptr;
  bool requires_command = false;
  std::vector<CLI::Option*> options = {};
  std::vector<std::unique_ptr<Settings>> commands = {};

  // Takes what was added to `app` for one of `options`.
  CLI::Option* Keep(CLI::Option* option);

  // The same for one that may come from the environment.
  CLI::Option* Finish(CLI::Option* option, const std::string& name);

  // `value` is a duration, or an optional one where zero is none.
  template <typename Value>
  CLI::Option* AddDuration(const std::string& name, Value& value, const std::string& help);

  // Whether `flag` was given, in front of a command or behind it.
  bool Asks(const char* flag) const;

  // The command that was given, as far as the command line was read.
  const Implementation& Given() const;

  // `command` was given: what is set for the program itself is none of its business.
  void PutAside(const std::string& command);

  // What is wrong, in one sentence.
  std::string Problem(const CLI::ParseError& error) const;
};

}  // namespace autopulse::callevents::base
