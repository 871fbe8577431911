#include "tests/clients/cpp/callctl/callctl_program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace autopulse::callevents::tests {
namespace {

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

CallctlProgram::CallctlProgram(const Options& options) {
  const std::string in_file = folder_ / "in";
  const std::string err_file = folder_ / "err";
  std::ofstream(in_file) << options.input;
  int out_pipe[2];
  EXPECT_EQ(pipe2(out_pipe, O_CLOEXEC), 0);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, in_file.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out_pipe[1], STDOUT_FILENO);
  if (!options.output_file.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, options.output_file.c_str(), O_WRONLY,
                                     0);
  }
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err_file.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::vector<std::string> arguments = options.arguments;
  arguments.insert(arguments.begin(), CALLCTL_PATH);
  std::vector<std::string> environment = options.environment;
  EXPECT_EQ(posix_spawn(&pid_, CALLCTL_PATH, &actions, nullptr, Pointers(arguments).data(),
                        Pointers(environment).data()),
            0);
  posix_spawn_file_actions_destroy(&actions);
  close(out_pipe[1]);
  out_ = out_pipe[0];
}

CallctlProgram::~CallctlProgram() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(out_);
}

bool CallctlProgram::WaitForOutput(const std::string& text) {
  while (output_.find(text) == std::string::npos) {
    if (!ReadSome()) return false;
  }
  return true;
}

void CallctlProgram::Signal(int signal) const { kill(pid_, signal); }

ProgramResult CallctlProgram::Wait() {
  while (ReadSome()) {
  }
  ProgramResult result;
  int wait_status = 0;
  EXPECT_EQ(waitpid(pid_, &wait_status, 0), pid_);
  pid_ = -1;
  result.exit_code =
      WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
  result.out = output_;
  std::ifstream err(folder_ / "err");
  result.err.assign(std::istreambuf_iterator<char>(err), {});
  return result;
}

bool CallctlProgram::ReadSome() {
  char buffer[4096];
  const ssize_t count = read(out_, buffer, sizeof(buffer));
  if (count > 0) output_.append(buffer, static_cast<std::size_t>(count));
  return count > 0;
}

ProgramResult RunCallctl(const std::string& service, const std::vector<std::string>& arguments,
                         const std::string& input) {
  CallctlProgram program({.arguments = arguments,
                          .environment = {"CALLCTL_SERVICE=" + service, "CALLCTL_TIMEOUT=30s"},
                          .input = input});
  return program.Wait();
}

}  // namespace autopulse::callevents::tests
