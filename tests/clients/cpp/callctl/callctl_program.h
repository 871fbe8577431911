#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/temporary_folder.h"

namespace autopulse::callevents::tests {

// What a run of callctl left behind.
struct ProgramResult {
  int exit_code = -1;  // of a signal: 128 plus its number
  std::string out;
  std::string err;
};

// The real callctl, started as a process with a small environment of its own.
class CallctlProgram {
 public:
  struct Options {
    std::vector<std::string> arguments = {};
    std::vector<std::string> environment = {};  // `NAME=VALUE`
    std::string input = {};                     // its standard input
    std::string output_file = {};               // takes its standard output, if given
  };

  explicit CallctlProgram(const Options& options);
  // Kills the program if it still runs.
  ~CallctlProgram();

  CallctlProgram(const CallctlProgram&) = delete;
  CallctlProgram& operator=(const CallctlProgram&) = delete;

  // Waits until standard output contains `text`. False if it ends without.
  bool WaitForOutput(const std::string& text);

  void Signal(int signal) const;

  // Waits for the end.
  ProgramResult Wait();

 private:
  // Reads some output. False at its end.
  bool ReadSome();

  pid_t pid_ = -1;
  int out_ = -1;
  const TemporaryFolder folder_;
  std::string output_;
};

// Runs callctl with `arguments` against the service at `service`.
ProgramResult RunCallctl(const std::string& service, const std::vector<std::string>& arguments,
                         const std::string& input = "");

}  // namespace autopulse::callevents::tests
