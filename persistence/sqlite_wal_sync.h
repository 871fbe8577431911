#pragma once

#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace autopulse::callevents::persistence {

// Makes what was committed to a SQLite database durable, on a thread of its own, so that the next
// transaction can go on meanwhile: the WAL of connections that do not wait for it, see
// SqliteWalWrites.
// If the disk fails to keep it, the process ends, see EndBecauseOfDisk. Thread-safe.
class SqliteWalSync {
 public:
  // `wal` is the path of the file, which exists, and stays as long as this. Throws
  // std::system_error if it cannot be opened.
  explicit SqliteWalSync(std::string wal);
  // Returns when all is durable and told.
  ~SqliteWalSync();
  SqliteWalSync(const SqliteWalSync&) = delete;
  SqliteWalSync& operator=(const SqliteWalSync&) = delete;

  using Done = absl::AnyInvocable<void() &&>;

  // Calls `done` on the thread when all is durable that was committed before; in the order in which
  // it is asked for. It must be quick and must not throw.
  void WhenDurable(Done done);

 private:
  using Waiting = std::vector<Done>;

  void Run();
  Waiting TakeWaiting();

  const std::string wal_;
  const int file_;
  absl::Mutex mutex_;
  Waiting waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace autopulse::callevents::persistence
