#include "tests/postgres/postgres_cluster.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "gtest/gtest.h"

namespace autopulse::callevents {
namespace {

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "PostgresCluster: %s\n", what);
  std::abort();
}

std::unique_ptr<PostgresCluster>& Shared() {
  static auto& cluster = *new std::unique_ptr<PostgresCluster>;
  return cluster;
}

class StopSharedCluster : public testing::Environment {
 public:
  void TearDown() override { Shared().reset(); }
};

// GoogleTest owns it, and wants it before the tests run.
[[maybe_unused]] testing::Environment* const kStopSharedCluster =
    testing::AddGlobalTestEnvironment(new StopSharedCluster);

}  // namespace

PostgresCluster::PostgresCluster() {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  // Other programs that a test starts must not hold our end open.
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) Die("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::string script = AUTOPULSE_SOURCE_DIR "/tests/postgres/cluster.sh";
  std::array<char*, 2> arguments = {script.data(), nullptr};
  const int spawned =
      posix_spawn(&process_, script.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  if (spawned != 0) Die("cannot run cluster.sh");
  to_script_ = in[1];
  from_script_ = out[0];
  ReadLine();
}

PostgresCluster::~PostgresCluster() {
  close(to_script_);
  waitpid(process_, nullptr, 0);
  close(from_script_);
}

std::string PostgresCluster::CreateDatabase() { return Ask("create"); }

std::string PostgresCluster::Ask(const std::string& word) {
  const std::string line = word + "\n";
  if (write(to_script_, line.data(), line.size()) < 0) Die("cluster.sh is gone");
  return ReadLine();
}

std::string PostgresCluster::ReadLine() {
  std::string line;
  for (char c = 0; read(from_script_, &c, 1) == 1;) {
    if (c == '\n') return line;
    line += c;
  }
  Die("cluster.sh has ended");
}

std::string NewPostgresDatabase() {
  if (Shared() == nullptr) Shared() = std::make_unique<PostgresCluster>();
  return Shared()->CreateDatabase();
}

}  // namespace autopulse::callevents
