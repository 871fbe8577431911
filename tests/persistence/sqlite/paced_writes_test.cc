#include "persistence/sqlite/paced_writes.h"

#include <algorithm>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/database.hxx>
#include <string>

#include "gtest/gtest.h"
#include "tests/persistence/counted_fdatasync.h"
#include "tests/persistence/raw_sqlite.h"
#include "tests/persistence/store_file.h"

namespace autopulse::callevents::persistence {
namespace {

constexpr int kPages = 5 * SqlitePacedWrites::kPages;

// Counts below SqlitePacedWrites how many pages the file gets between two waits for the disk.
struct Counted : sqlite3_io_methods {
  explicit Counted(sqlite3* connection) {
    sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    below = file->pMethods;
    static_cast<sqlite3_io_methods&>(*this) = *below;
    xWrite = Write;
    xSync = Sync;
    file->pMethods = this;
    counted = this;
  }
  ~Counted() { file->pMethods = below; }

  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    counted->most = std::max(counted->most, ++counted->unsynced);
    ++counted->all;
    return counted->below->xWrite(file, data, size, offset);
  }
  static int Sync(sqlite3_file* file, int flags) {
    counted->unsynced = 0;
    return counted->below->xSync(file, flags);
  }

  static inline Counted* counted;

  sqlite3_file* file = nullptr;
  const sqlite3_io_methods* below;
  int unsynced = 0;
  int most = 0;
  int all = 0;
};

class SqlitePacedWritesTest : public testing::Test {
 protected:
  // A WAL that is longer than what may be written at once.
  SqlitePacedWritesTest() {
    writer_->execute("PRAGMA journal_mode=WAL");
    writer_->execute("PRAGMA wal_autocheckpoint=0");
    writer_->execute("CREATE TABLE t (x)");
    writer_->execute("INSERT INTO t VALUES (randomblob(" + std::to_string(kPages * 4096) + "))");
  }

  sqlite3* connection() { return writer_->handle(); }

  int CopyWal() {
    return sqlite3_wal_checkpoint_v2(connection(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                                     nullptr);
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_ / "calls.db";
  odb::sqlite::database database_{
      path_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_PRIVATECACHE};
  odb::sqlite::connection_ptr writer_{database_.connection()};
};

TEST_F(SqlitePacedWritesTest, TheDiskIsWaitedForEachTimeSomePagesAreWritten) {
  const Counted counted(connection());
  {
    const SqlitePacedWrites paced(connection());
    EXPECT_EQ(CopyWal(), SQLITE_OK);
  }
  EXPECT_GT(counted.all, kPages);
  EXPECT_EQ(counted.most, SqlitePacedWrites::kPages);
}

TEST_F(SqlitePacedWritesTest, WhatIsWrittenIsWhatSqliteWrites) {
  {
    const SqlitePacedWrites paced(connection());
    EXPECT_EQ(CopyWal(), SQLITE_OK);
  }
  RawSqlite raw(path_);
  EXPECT_EQ(raw.Value("SELECT length(x) FROM t"), std::to_string(kPages * 4096));
  EXPECT_EQ(raw.Value("PRAGMA integrity_check"), "ok");
}

TEST_F(SqlitePacedWritesTest, ADiskThatFailsWhileItIsWaitedForIsAnError) {  // FT9
  const Counted counted(connection());
  const SqlitePacedWrites paced(connection());
  writer_->execute("PRAGMA synchronous=OFF");  // nothing else asks the disk
  is_fdatasync_failing = true;
  const int copied = CopyWal();
  is_fdatasync_failing = false;
  EXPECT_EQ(copied, SQLITE_IOERR);
  EXPECT_EQ(sqlite3_extended_errcode(connection()), SQLITE_IOERR_FSYNC);
  EXPECT_EQ(counted.all, SqlitePacedWrites::kPages);  // and no more
}

TEST_F(SqlitePacedWritesTest, AConnectionIsAsBeforeAfterwards) {
  const Counted counted(connection());
  { const SqlitePacedWrites paced(connection()); }
  EXPECT_EQ(CopyWal(), SQLITE_OK);
  EXPECT_EQ(counted.most, counted.all);
}

}  // namespace
}  // namespace autopulse::callevents::persistence
