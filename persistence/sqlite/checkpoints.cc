#include "persistence/sqlite/checkpoints.h"

#include <sqlite3.h>

#include <mutex>

#include "persistence/disk_failure.h"
#include "persistence/odb_errors.h"
#include "services/base/thread.h"

namespace autopulse::callevents::persistence {
namespace {

// So many pages may be left for writers to wait for.
constexpr int kPagesToWaitFor = 256;

// How often the WAL is copied beside writers to come down to that.
constexpr int kRounds = 4;

// How long the last copy waits for transactions that read an older state.
constexpr int kPatienceAtEndMs = 1000;

}  // namespace

SqliteCheckpoints::SqliteCheckpoints(const odb::sqlite::connection_ptr& connection,
                                     base::FairMutex& writer_mutex, int pages)
    : connection_(connection),
      paced_(connection_->handle()),
      writer_mutex_(writer_mutex),
      enough_(pages),
      copied_at_(pages) {
  // A connection that has read nothing has no WAL, and copies none without saying so.
  connection_->execute("PRAGMA schema_version");
  sqlite3_busy_timeout(connection_->handle(), 0);  // copying can be tried again
  thread_ = base::StartThread("wal-copy", [this] { Run(); });
}

SqliteCheckpoints::~SqliteCheckpoints() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void SqliteCheckpoints::Note(int pages) {
  const absl::MutexLock lock(&mutex_);
  pages_ = pages;
  if (pages < enough_) copied_at_ = enough_;
}

void SqliteCheckpoints::Run() {
  const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || pages_ >= copied_at_;
  };
  while (true) {
    {
      const absl::MutexLock lock(&mutex_, absl::Condition(&ready));
      if (stopping_) return;
    }
    CopyAll();
  }
}

void SqliteCheckpoints::CopyAll() {
  const absl::MutexLock copying(&copying_);
  std::optional<int> left = CopyBesideWriters();
  for (int i = 1; i < kRounds && left > kPagesToWaitFor; ++i) left = CopyBesideWriters();
  if (left) {  // even if it is none: a transaction may have come in since
    const std::lock_guard writer(writer_mutex_);
    left = Copy();
  }
  const absl::MutexLock lock(&mutex_);
  if (left == 0) {
    pages_ = 0;  // the next commit begins the WAL anew, or has begun it, and says how long it is
  } else {
    copied_at_ = pages_ + enough_ / 4;  // somebody reads an older state: not before long
  }
}

std::optional<int> SqliteCheckpoints::CopyBesideWriters() {
  const auto length = [this] {
    const absl::MutexLock lock(&mutex_);
    return pages_;
  };
  const int before = length();
  std::optional<int> left = Copy();
  if (left) *left += length() - before;
  return left;
}

std::optional<int> SqliteCheckpoints::Copy() {
  int pages = 0;
  int copied = 0;
  const int result = sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr,
                                               SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
  if (result == SQLITE_OK) return pages - copied;
  EndIfNotKept();
  return std::nullopt;
}

absl::Status SqliteCheckpoints::Truncate() {
  const absl::MutexLock copying(&copying_);
  absl::Status truncated = CopyAndTruncate();
  if (!truncated.ok()) EndIfNotKept();
  return truncated;
}

absl::Status SqliteCheckpoints::TruncateAtStart() {
  const absl::MutexLock copying(&copying_);
  return CopyAndTruncate();
}

absl::Status SqliteCheckpoints::TruncateAtEnd() {
  const absl::MutexLock copying(&copying_);
  sqlite3_busy_timeout(connection_->handle(), kPatienceAtEndMs);
  return CopyAndTruncate();
}

absl::Status SqliteCheckpoints::CopyAndTruncate() {
  const std::lock_guard writer(writer_mutex_);
  sqlite3* const handle = connection_->handle();
  const int result =
      sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (result == SQLITE_OK) return absl::OkStatus();
  return SqliteStatus(sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
}

void SqliteCheckpoints::EndIfNotKept() {
  sqlite3* const handle = connection_->handle();
  if (sqlite3_extended_errcode(handle) != SQLITE_IOERR_FSYNC) return;
  EndBecauseOfDisk(sqlite3_db_filename(handle, "main"), sqlite3_errmsg(handle));
}

}  // namespace autopulse::callevents::persistence
