#include "persistence/sqlite/checkpoints.h"

#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/database.hxx>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "tests/persistence/counted_fdatasync.h"
#include "tests/persistence/raw_sqlite.h"
#include "tests/persistence/store_file.h"

namespace autopulse::callevents::persistence {
namespace {

constexpr int kPages = 16;  // before the WAL is copied

class SqliteCheckpointsTest : public testing::Test {
 protected:
  SqliteCheckpointsTest() {
    writer_->execute("PRAGMA journal_mode=WAL");
    writer_->execute("PRAGMA wal_autocheckpoint=0");
    writer_->execute("CREATE TABLE t (x)");
    checkpoints_.emplace(database_.connection(), writer_mutex_, kPages);
    pages_ = 0;
    sqlite3_wal_hook(writer_->handle(), Note, &*checkpoints_);
  }

  std::string path() const { return folder_ / "calls.db"; }

  // Writes so many pages, and what they hang on.
  void Write(int pages = 3) {
    const std::lock_guard lock(writer_mutex_);
    writer_->execute(absl::StrCat("INSERT INTO t VALUES (randomblob(", pages * 4096, "))"));
  }

  // Writes until the WAL has begun anew, or has become far too long, which fails the test.
  void WriteUntilCopied() {
    for (int before = 0; pages_ >= before; Write()) {
      before = pages_;
      ASSERT_LT(pages_, 1'000 * kPages);
    }
  }

  static int Note(void* checkpoints, sqlite3*, const char*, int pages) {
    pages_ = pages;
    static_cast<SqliteCheckpoints*>(checkpoints)->Note(pages);
    return SQLITE_OK;
  }

  static inline int pages_ = 0;  // of the WAL, after the last commit

  TemporaryFolder folder_;
  odb::sqlite::database database_{
      path(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_PRIVATECACHE};
  odb::sqlite::connection_ptr writer_{database_.connection()};
  base::FairMutex writer_mutex_;
  std::optional<SqliteCheckpoints> checkpoints_;
};

TEST_F(SqliteCheckpointsTest, TheWalIsCopiedAgainAndAgainWhileOneWrites) {
  for (int i = 0; i < 3; ++i) WriteUntilCopied();
}

TEST_F(SqliteCheckpointsTest, AnotherProgramsLockIsWaitedForAtTheStart) {
  std::optional<RawSqlite> other(folder_ / "other.db");
  other->Run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; CREATE TABLE t (x)");
  odb::sqlite::database database(folder_ / "other.db", SQLITE_OPEN_READWRITE);
  const odb::sqlite::connection_ptr connection = database.connection();
  const auto end_other = [](void* program, int) {
    static_cast<std::optional<RawSqlite>*>(program)->reset();
    return 1;  // and try again
  };
  sqlite3_busy_handler(connection->handle(), end_other, &other);
  const SqliteCheckpoints checkpoints(connection, writer_mutex_);
  EXPECT_FALSE(other) << "was not in the way";
}

TEST_F(SqliteCheckpointsTest, WhatWasWrittenIsStillThere) {
  WriteUntilCopied();
  RawSqlite raw(path());
  EXPECT_EQ(raw.Value("SELECT count(DISTINCT x) = count(*) FROM t"), "1");
  EXPECT_EQ(raw.Value("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteCheckpointsTest, TheDiskIsWaitedForAgainAndAgainWhileMuchIsCopied) {
  constexpr int kSteps = 20;
  writer_->execute("PRAGMA synchronous=OFF");  // only who copies asks the disk
  const int before = fdatasyncs;
  Write(kSteps * SqlitePacedWrites::kPages);
  EXPECT_EQ(checkpoints_->Truncate(), absl::OkStatus());
  EXPECT_GE(fdatasyncs - before, kSteps);
}

TEST_F(SqliteCheckpointsTest, WhatComesInWhileTheWalIsCopiedIsCopiedBesideWritersAsWell) {
  writer_->execute("PRAGMA synchronous=OFF");  // only who copies asks the disk
  absl::Notification is_copying;
  int held_up = 0;  // how often the disk was asked while writers waited
  before_fdatasync = [&] {
    if (!is_copying.HasBeenNotified()) {
      Write(1'000);
      is_copying.Notify();
    } else if (writer_mutex_.try_lock()) {
      writer_mutex_.unlock();
    } else {
      ++held_up;
    }
  };
  Write(kPages);
  is_copying.WaitForNotification();
  checkpoints_.reset();  // finishes
  before_fdatasync = nullptr;
  EXPECT_EQ(held_up, 0);
}

TEST_F(SqliteCheckpointsTest, TheWalGoesOnWhileSomebodyReadsAnOlderStateAndIsCopiedAfterwards) {
  RawSqlite reader(path());
  reader.Run("BEGIN; SELECT count(*) FROM t");
  for (int before = 0; pages_ < 4 * kPages; before = pages_) {
    Write();
    ASSERT_GT(pages_, before);
  }
  reader.Run("COMMIT");
  WriteUntilCopied();
}

TEST_F(SqliteCheckpointsTest, ADiskThatDoesNotKeepTheFileEndsTheProcess) {  // FT9
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto truncate = [this] {
    Write();
    is_fdatasync_failing = true;
    std::_Exit(checkpoints_->Truncate().ok() ? 0 : 2);
  };
  EXPECT_EXIT(truncate(), testing::ExitedWithCode(1), "does not keep what was committed.*calls.db");
  const auto write = [this] {
    writer_->execute("PRAGMA synchronous=OFF");  // only who copies asks the disk
    is_fdatasync_failing = true;
    for (int i = 0; i < 100 * kPages; ++i) Write();
  };
  EXPECT_EXIT(write(), testing::ExitedWithCode(1), "does not keep what was committed.*calls.db");
}

TEST_F(SqliteCheckpointsTest, ADiskThatFailsAtTheStartIsAnError) {  // FT9
  Write();
  is_fdatasync_failing = true;
  const absl::Status truncated = checkpoints_->TruncateAtStart();
  is_fdatasync_failing = false;
  EXPECT_FALSE(truncated.ok());
}

TEST_F(SqliteCheckpointsTest, TruncatingLeavesNoWal) {  // X1
  Write();
  EXPECT_EQ(checkpoints_->Truncate(), absl::OkStatus());
  EXPECT_EQ(std::filesystem::file_size(path() + "-wal"), 0U);
}

TEST_F(SqliteCheckpointsTest, TruncatingWhileSomebodyReadsAnOlderStateIsAborted) {  // X1
  RawSqlite reader(path());
  reader.Run("BEGIN; SELECT count(*) FROM t");
  Write();
  EXPECT_EQ(checkpoints_->Truncate().code(), absl::StatusCode::kAborted);
}

}  // namespace
}  // namespace autopulse::callevents::persistence
