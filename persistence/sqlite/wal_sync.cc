#include "persistence/sqlite/wal_sync.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "persistence/disk_failure.h"
#include "services/base/thread.h"

namespace autopulse::callevents::persistence {
namespace {

int Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw std::system_error(errno, std::generic_category(), path);
  return file;
}

}  // namespace

SqliteWalSync::SqliteWalSync(std::string wal, Check check)
    : wal_(std::move(wal)),
      check_(std::move(check)),
      file_(Open(wal_)),
      thread_(base::StartThread("wal-sync", [this] { Run(); })) {}

SqliteWalSync::~SqliteWalSync() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
  close(file_);
}

void SqliteWalSync::WhenDurable(Done done) {
  const absl::MutexLock lock(&mutex_);
  waiting_.push_back(std::move(done));
}

std::optional<SqliteWalSync::Waiting> SqliteWalSync::TakeWaiting() {
  const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !waiting_.empty();
  };
  const absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&ready), kInterval);
  if (stopping_ && waiting_.empty()) return std::nullopt;
  return std::exchange(waiting_, {});
}

void SqliteWalSync::Run() {
  for (std::optional<Waiting> waiting = TakeWaiting(); waiting; waiting = TakeWaiting()) {
    if (!waiting->empty() && fdatasync(file_) != 0) {
      EndBecauseOfDisk(wal_, std::generic_category().message(errno));
    }
    if (check_) check_();
    for (Done& done : *waiting) std::move(done)();
  }
}

}  // namespace autopulse::callevents::persistence
