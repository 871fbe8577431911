#include "persistence/sqlite/at_hand.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "persistence/sqlite/wal_writes.h"
#include "services/base/status_macros.h"
#include "tests/persistence/raw_sqlite.h"
#include "tests/persistence/store_file.h"

namespace autopulse::callevents::persistence {
namespace {

constexpr char kCount[] = "SELECT count(*) FROM t";

// Makes the kernel forget what it has of a file that was just written, and returns whether its file
// system is one that tells what it has.
bool Forget(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  char byte = 0;
  const iovec all{&byte, 1};
  const bool is_told = preadv2(file, &all, 1, 0, RWF_NOWAIT) == 1;
  fsync(file);  // what is not written yet is not forgotten
  posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  close(file);
  return is_told;
}

// Whether `ask`, which asks for what the kernel has forgotten, is refused. The kernel begins to
// read what it is asked for and may be done before it looks what it has: then one asks again.
template <typename Ask>
bool IsRefused(Ask ask) {
  constexpr int kMostQuestions = 1000;
  for (int i = 0; i < kMostQuestions; ++i) {
    if (ask()) return true;
  }
  return false;
}

// A database that the kernel has forgotten, and one who has it open.
class SqliteAtHandTest : public testing::Test {
 protected:
  void SetUp() override {
    RawSqlite(path()).Run(
        "PRAGMA journal_mode=WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)");
    if (!OpenForgotten()) GTEST_SKIP() << "the file system does not tell what is in memory";
  }

  // What was read before is asked for again by a new connection only.
  bool OpenForgotten() {
    reader_.emplace(path(), SqliteWalWrites());
    return Forget(path());
  }

  bool ReaderIsRefused() {
    return IsRefused([this] {
      OpenForgotten();
      const SqliteAtHand at_hand;
      const int result = reader().TryRun(kCount);
      EXPECT_EQ(result, at_hand.would_have_waited() ? SQLITE_IOERR : SQLITE_OK);
      return result == SQLITE_IOERR;
    });
  }

  std::string path() const { return folder_ / "calls.db"; }
  RawSqlite& reader() { return *reader_; }

 private:
  TemporaryFolder folder_;
  std::optional<RawSqlite> reader_;
};

TEST_F(SqliteAtHandTest, TheDiskIsNotWaitedFor) { EXPECT_TRUE(ReaderIsRefused()); }

TEST_F(SqliteAtHandTest, WhatAnotherHasReadIsAtHand) {
  EXPECT_EQ(RawSqlite(path()).Value(kCount), "2");
  const SqliteAtHand at_hand;
  EXPECT_EQ(reader().Value(kCount), "2");
  EXPECT_FALSE(at_hand.would_have_waited());
}

TEST_F(SqliteAtHandTest, AConnectionThatDidNotWaitGoesOn) {
  ASSERT_TRUE(ReaderIsRefused());
  EXPECT_EQ(reader().Value(kCount), "2");
}

TEST_F(SqliteAtHandTest, ALockThatAnotherHasIsNotWaitedFor) {
  RawSqlite other(path());
  other.Run("BEGIN IMMEDIATE");
  reader().Run("PRAGMA busy_timeout=600000; SELECT * FROM t");
  const SqliteAtHand at_hand;
  EXPECT_EQ(reader().TryRun("BEGIN IMMEDIATE"), SQLITE_BUSY);
  EXPECT_TRUE(at_hand.would_have_waited());
}

// A store with call 1, in a file that can be forgotten.
class StoreAtHandTest : public StoreFileTest {
 protected:
  void SetUp() override {
    StoreFileTest::SetUp();
    ASSERT_TRUE(
        store().Write([](core::CallWriter& calls) { return calls.InsertCall({}).status(); }).ok());
    if (!OpenForgotten()) GTEST_SKIP() << "the file system does not tell what is in memory";
  }

  bool OpenForgotten() {
    Open();  // what was in the WAL is in the file
    return Forget(path());
  }

  std::int64_t calls_ = 0;
  const core::CallStore::ReadWork count_ = [this](core::CallReader& calls) -> absl::Status {
    ASSIGN_OR_RETURN(calls_, calls.CountCalls());
    return absl::OkStatus();
  };
};

TEST_F(StoreAtHandTest, WhatIsNotAtHandIsOnceItWasRead) {
  ASSERT_TRUE(IsRefused([this] {
    OpenForgotten();
    return store().ReadAtHand(count_) == std::nullopt;
  }));
  EXPECT_EQ(store().Read(count_), absl::OkStatus());
  calls_ = 0;
  EXPECT_EQ(store().ReadAtHand(count_), absl::OkStatus());
  EXPECT_EQ(calls_, 1);
}

}  // namespace
}  // namespace autopulse::callevents::persistence
