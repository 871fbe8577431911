#include "tests/migrations/program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "gtest/gtest.h"

namespace autopulse::callevents::persistence::migrations {

Program::Program(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), AUTOPULSE_MIGRATE_PROGRAM);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  std::array<int, 2> out{};
  EXPECT_EQ(pipe2(out.data(), O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDERR_FILENO);
  EXPECT_EQ(posix_spawn(&process_, pointers[0], &actions, nullptr, pointers.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  from_process_ = out[0];
}

Program::~Program() { close(from_process_); }

bool Program::ReadMore() {
  std::array<char, 4096> part{};
  const ssize_t size = read(from_process_, part.data(), part.size());
  if (size <= 0) return false;
  output_.append(part.data(), static_cast<std::size_t>(size));
  return true;
}

int Program::Wait() {
  while (ReadMore()) {
  }
  int result = 0;
  waitpid(process_, &result, 0);
  constexpr int kKilled = 128;
  return WIFEXITED(result) ? WEXITSTATUS(result) : kKilled + WTERMSIG(result);
}

void Program::AwaitLines(int count) {
  while (std::count(output_.begin(), output_.end(), '\n') < count && ReadMore()) {
  }
}

void Program::Kill() { kill(process_, SIGKILL); }

}  // namespace autopulse::callevents::persistence::migrations
