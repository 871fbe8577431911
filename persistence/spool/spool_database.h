#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <odb/sqlite/database.hxx>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/open_files.h"

namespace autopulse::callevents::persistence::spool {

// The file of the spool: write-ahead log, every commit on disk before `Write` returns. Thread-safe;
// other processes may use the same file.
//
// Errors are UNAVAILABLE (cannot be read or written), RESOURCE_EXHAUSTED (disk or memory full),
// ABORTED (another process holds the lock for longer than `busy_timeout`), DATA_LOSS (damaged),
// NOT_FOUND (no such row), INTERNAL.
class SpoolDatabase {
 public:
  // What a transaction does. It may not fail halfway: an error undoes it, and whatever was
  // committed along with it.
  using Work = std::function<absl::Status(odb::database&)>;

  // FAILED_PRECONDITION with a sentence if `path` cannot be a file.
  static absl::Status CheckPath(const std::string& path);

  // Opens the file `path` or makes it, with the tables of rows.h, for the owner's eyes only.
  //
  // FAILED_PRECONDITION with a sentence if the path cannot be such a file.
  static absl::StatusOr<std::unique_ptr<SpoolDatabase>> Open(const std::string& path,
                                                             absl::Duration busy_timeout);

  ~SpoolDatabase();

  // UNAVAILABLE with a sentence if a file of it was removed, renamed or replaced while in use: what
  // is committed then is not where the next start looks [FT66]. What was is in the old file.
  absl::Status CheckInPlace();

  // Reads the whole file. FAILED_PRECONDITION with a sentence if it is damaged.
  absl::Status Verify();

  // Gives up to `bytes` of what the file does not use back to the disk, as long as `keep` bytes of
  // it are left for what comes. Whether there is more to give back.
  absl::StatusOr<bool> Shrink(std::int64_t keep, std::int64_t bytes);

  // Writes the log back into the file and empties it. ABORTED if somebody reads it all the time.
  absl::Status EmptyLog();

  // Runs `work` in a transaction that only reads.
  absl::Status Read(const Work& work);

  // Runs `work` in a transaction and commits it. What other threads want to write at the same time
  // shares the commit, and its failure.
  absl::Status Write(const Work& work);

 private:
  // A `Write` that waits for its commit.
  struct Waiting {
    const Work* work;
    absl::Status status;
    bool done = false;
  };

  SpoolDatabase(const std::string& path, absl::Duration busy_timeout);

  absl::Status Prepare(const std::string& path);
  absl::Status Commit(const std::vector<Waiting*>& group);

  base::OpenFiles files_;
  odb::sqlite::database database_;
  absl::Mutex mutex_;
  std::vector<Waiting*> waiting_ ABSL_GUARDED_BY(mutex_);
  bool committing_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace autopulse::callevents::persistence::spool
