#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace autopulse::callevents::persistence {

// Makes what was committed to a SQLite database durable, on a thread of its own, so that the next
// transaction can go on meanwhile: the WAL of connections that do not wait for it, see
// SqliteWalWrites.
// If the disk fails to keep it, the process ends, see EndBecauseOfDisk. Thread-safe.
class SqliteWalSync {
 public:
  using Check = std::function<void()>;

  // How long between two checks while nothing is committed.
  static constexpr absl::Duration kInterval = absl::Seconds(1);

  // `wal` is the path of the file, which exists. `check`, if any, is called on the thread
  // between the disk's answer and the telling of it, and now and then besides; it ends the process
  // if what is on the disk is not to be relied on. Throws std::system_error if the file cannot be
  // opened.
  explicit SqliteWalSync(std::string wal, Check check = nullptr);
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
  // Empty if there is none for a while; nothing once all is told and this is to stop.
  std::optional<Waiting> TakeWaiting();

  const std::string wal_;
  const Check check_;
  const int file_;
  absl::Mutex mutex_;
  Waiting waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace autopulse::callevents::persistence
