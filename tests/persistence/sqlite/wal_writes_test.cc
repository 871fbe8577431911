#include "persistence/sqlite/wal_writes.h"

#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>

#include "gtest/gtest.h"
#include "tests/persistence/counted_fdatasync.h"
#include "tests/persistence/raw_sqlite.h"
#include "tests/persistence/store_file.h"

namespace autopulse::callevents::persistence {
namespace {

std::atomic<int> writes = 0;
std::atomic<bool> is_full = false;

ssize_t CountedWrite(int file, const void* data, size_t size, off_t offset) {
  ++writes;
  if (!is_full) return pwrite(file, data, size, offset);
  errno = ENOSPC;
  return -1;
}

class SqliteWalWritesTest : public testing::Test {
 protected:
  SqliteWalWritesTest() {
    writer_.Run(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
        "CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100))");
    sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
    original_ = vfs->xGetSystemCall(vfs, "pwrite64");
    vfs->xSetSystemCall(vfs, "pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(CountedWrite));
    writes = 0;
    fdatasyncs = 0;
  }
  ~SqliteWalWritesTest() override {
    is_full = false;
    sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
    vfs->xSetSystemCall(vfs, "pwrite64", original_);
  }

  // As many pages, and some.
  static std::string Insert(int pages) {
    return "INSERT INTO t VALUES (randomblob(4096 * " + std::to_string(pages) + "))";
  }

  std::string path() const { return folder_ / "calls.db"; }

  // What another program reads: how many rows.
  std::string CountOfAnother() { return RawSqlite(path()).Value("SELECT count(*) FROM t"); }

  void ExpectWhole() { EXPECT_EQ(RawSqlite(path()).Value("PRAGMA integrity_check"), "ok"); }

 private:
  TemporaryFolder folder_;
  sqlite3_syscall_ptr original_ = nullptr;

 protected:
  RawSqlite writer_{path(), SqliteWalWrites()};
};

TEST_F(SqliteWalWritesTest, ATransactionIsWrittenWithOneCall) {
  writer_.Run("BEGIN; " + Insert(10) + "; " + Insert(10) + "; COMMIT");
  EXPECT_EQ(writes, 1);
}

TEST_F(SqliteWalWritesTest, WhatIsCommittedIsReadByOtherPrograms) {
  writer_.Run(Insert(10));
  EXPECT_EQ(CountOfAnother(), "2");
  ExpectWhole();
}

TEST_F(SqliteWalWritesTest, ACommitDoesNotWaitForTheDisk) {
  writer_.Run(Insert(10));
  EXPECT_EQ(fdatasyncs, 0);
}

TEST_F(SqliteWalWritesTest, TheWalIsSyncedBeforeItIsCopied) {
  writer_.Run(Insert(10));
  writer_.Run("PRAGMA wal_checkpoint(PASSIVE)");
  EXPECT_EQ(fdatasyncs, 2);  // the WAL, then the database
}

TEST_F(SqliteWalWritesTest, TheHeaderOfAWalThatBeginsAnewIsSynced) {
  writer_.Run("PRAGMA wal_checkpoint(RESTART)");
  fdatasyncs = 0;
  writer_.Run(Insert(10));
  EXPECT_EQ(fdatasyncs, 1);
  writer_.Run(Insert(10));
  EXPECT_EQ(fdatasyncs, 1);
}

TEST_F(SqliteWalWritesTest, ATransactionThatIsLargerThanWhatIsKeptBackIsWritten) {
  writer_.Run(Insert(1000));
  EXPECT_EQ(CountOfAnother(), "2");
  ExpectWhole();
}

TEST_F(SqliteWalWritesTest, WhatIsWrittenBeforeItsEndCanBeUndone) {
  writer_.Run("PRAGMA cache_size=2; BEGIN; " + Insert(50) + "; UPDATE t SET x = zeroblob(9)");
  EXPECT_EQ(CountOfAnother(), "1");
  EXPECT_EQ(writer_.Value("SELECT count(*) FROM t WHERE x = zeroblob(9)"), "2");
  writer_.Run("ROLLBACK");
  writer_.Run(Insert(3));
  EXPECT_EQ(CountOfAnother(), "2");
  EXPECT_EQ(writer_.Value("SELECT count(*) FROM t WHERE x = zeroblob(9)"), "0");
  ExpectWhole();
}

TEST_F(SqliteWalWritesTest, AFullDiskFailsTheTransactionAndNoneBehindIt) {
  is_full = true;
  EXPECT_EQ(writer_.TryRun(Insert(10)), SQLITE_FULL);
  is_full = false;
  EXPECT_EQ(CountOfAnother(), "1");
  writer_.Run(Insert(10));
  EXPECT_EQ(CountOfAnother(), "2");
  ExpectWhole();
}

}  // namespace
}  // namespace autopulse::callevents::persistence
