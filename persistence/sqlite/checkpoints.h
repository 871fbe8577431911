#pragma once

#include <odb/sqlite/connection.hxx>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "persistence/sqlite/paced_writes.h"
#include "services/base/fair_mutex.h"

namespace autopulse::callevents::persistence {

// Copies the WAL of a SQLite database into its file, on a thread of its own, while transactions go
// on; they wait only for what came in meanwhile. If the disk fails to keep the file, the process
// ends, see EndBecauseOfDisk. Thread-safe.
class SqliteCheckpoints {
 public:
  // How many pages (of 4 KiB) the WAL has before they are copied: pages that change all the time
  // are copied once for many commits.
  static constexpr int kPages = 4096;

  // `connection` is used by this alone. Whoever writes holds `writer_mutex`, and says afterwards
  // with `Note` how long the WAL is.
  SqliteCheckpoints(const odb::sqlite::connection_ptr& connection, base::FairMutex& writer_mutex,
                    int pages = kPages);
  ~SqliteCheckpoints();
  SqliteCheckpoints(const SqliteCheckpoints&) = delete;
  SqliteCheckpoints& operator=(const SqliteCheckpoints&) = delete;

  // Says how many pages the WAL has after a commit.
  void Note(int pages);

  // Copies all of it at once and empties it. ABORTED if somebody reads an older state just now.
  absl::Status Truncate();

  // The same for what another process left. If the disk fails, that is the error.
  absl::Status TruncateAtStart();

  // The same before the process ends, for what it has committed: waits a while for who reads.
  absl::Status TruncateAtEnd();

 private:
  void Run();
  void CopyAll();
  // How many pages are left to copy, of those that were there when it began; nothing if SQLite does
  // not copy, as while another program does.
  std::optional<int> Copy();
  // The same, with those that came in meanwhile.
  std::optional<int> CopyBesideWriters();
  absl::Status CopyAndTruncate();
  // To be called after SQLite has failed to do so.
  void EndIfNotKept();

  const odb::sqlite::connection_ptr connection_;
  const SqlitePacedWrites paced_;
  base::FairMutex& writer_mutex_;
  const int enough_;
  absl::Mutex copying_;  // before `writer_mutex_`
  absl::Mutex mutex_;    // last
  int pages_ ABSL_GUARDED_BY(mutex_) = 0;
  int copied_at_ ABSL_GUARDED_BY(mutex_);  // so many pages
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace autopulse::callevents::persistence
