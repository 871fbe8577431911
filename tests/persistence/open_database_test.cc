// Which files are taken, and with what sentence others are refused.

#include "persistence/open_database.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "tests/persistence/raw_sqlite.h"
#include "tests/persistence/store_file.h"

namespace autopulse::callevents::persistence {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

class OpenDatabaseTest : public testing::Test {
 protected:
  // What opening `url` is answered.
  static absl::Status Open(const std::string& url) { return OpenCallStore(url).status(); }

  std::string path() const { return folder_ / "calls.db"; }
  absl::Status Open() const { return Open("sqlite:" + path()); }

  TemporaryFolder folder_;
};

TEST_F(OpenDatabaseTest, NewFileHasAWriteAheadLog) {
  ASSERT_EQ(Open(), absl::OkStatus());
  EXPECT_EQ(RawSqlite(path()).Value("PRAGMA journal_mode"), "wal");
}

TEST_F(OpenDatabaseTest, FileOpensAgainWithWhatIsInIt) {
  ASSERT_EQ(Open(), absl::OkStatus());
  RawSqlite(path()).Run("INSERT INTO call (id, status) VALUES (7, 'Ready')");
  ASSERT_EQ(Open(), absl::OkStatus());
  EXPECT_EQ(RawSqlite(path()).Value("SELECT count(*) FROM call"), "1");
}

TEST_F(OpenDatabaseTest, WhatAnotherProcessLeftInTheWalIsInTheFileAfterwards) {  // FT9
  ASSERT_EQ(Open(), absl::OkStatus());
  RawSqlite other(path());
  other.Run("INSERT INTO call (id, status) VALUES (7, 'Ready')");
  ASSERT_GT(std::filesystem::file_size(path() + "-wal"), 0U);
  const auto store = OpenCallStore("sqlite:" + path());
  EXPECT_EQ(std::filesystem::file_size(path() + "-wal"), 0U);
  EXPECT_EQ(other.Value("SELECT count(*) FROM call"), "1");
}

TEST_F(OpenDatabaseTest, EmptyFileGetsTheSchema) {
  std::ofstream(path()).close();
  EXPECT_EQ(Open(), absl::OkStatus());
}

TEST_F(OpenDatabaseTest, LogWithoutItsDatabaseIsRefusedAndLeftAsItIs) {
  ASSERT_EQ(Open(), absl::OkStatus());
  {
    RawSqlite other(path());
    other.Run("INSERT INTO call (id, status) VALUES (7, 'Ready')");
    std::filesystem::copy(path() + "-wal", folder_ / "log");
  }
  for (const bool is_empty : {false, true}) {
    std::filesystem::remove(path());
    if (is_empty) std::ofstream(path()).close();
    std::filesystem::copy(folder_ / "log", path() + "-wal",
                          std::filesystem::copy_options::overwrite_existing);
    const absl::Status status = Open();
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("`" + path() + "-wal` holds the last writes of a database that is not "));
    EXPECT_EQ(std::filesystem::file_size(path() + "-wal"),
              std::filesystem::file_size(folder_ / "log"));
  }
}

TEST_F(OpenDatabaseTest, EmptyLogWithoutADatabaseIsNoMatter) {
  std::ofstream(path() + "-wal").close();
  EXPECT_EQ(Open(), absl::OkStatus());
}

TEST_F(OpenDatabaseTest, ManyStartersOfOneNewFileAllSucceed) {
  std::vector<std::thread> starters;
  for (int i = 0; i < 8; ++i) starters.emplace_back([&] { EXPECT_EQ(Open(), absl::OkStatus()); });
  for (std::thread& starter : starters) starter.join();
}

TEST_F(OpenDatabaseTest, TablesAndColumnsOfOtherProgramsDoNotMatter) {
  ASSERT_EQ(Open(), absl::OkStatus());
  RawSqlite(path()).Run(
      "CREATE TABLE invoice (id INTEGER); ALTER TABLE call ADD COLUMN colour TEXT");
  EXPECT_EQ(Open(), absl::OkStatus());
}

TEST_F(OpenDatabaseTest, FileOfAnotherProgramIsRefused) {
  RawSqlite(path()).Run("CREATE TABLE invoice (id INTEGER)");
  const absl::Status status = Open();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("it has tables of another program, and none of ours"));
}

TEST_F(OpenDatabaseTest, OlderSchemaIsRefusedNamingTheCommand) {
  ASSERT_EQ(Open(), absl::OkStatus());
  RawSqlite(path()).Run("DELETE FROM schema_migration WHERE revision > 7");
  const absl::Status status = Open();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("call-event-migrate"));
}

TEST_F(OpenDatabaseTest, FileThatIsNoDatabaseIsRefused) {
  std::ofstream(path()) << std::string(5000, 'x');
  const absl::Status status = Open();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("it is not a SQLite database"));
}

TEST_F(OpenDatabaseTest, FolderIsRefused) {
  const std::string folder = folder_ / "";
  EXPECT_EQ(Open("sqlite:" + folder),
            absl::FailedPreconditionError("cannot use `" + folder + "`: it is a folder"));
}

TEST_F(OpenDatabaseTest, WhatIsKeptInMemoryIsRefused) {
  EXPECT_EQ(Open("sqlite:file::memory:"),
            absl::FailedPreconditionError(
                "cannot use `file::memory:`: it is kept in memory; name a file"));
}

TEST_F(OpenDatabaseTest, MissingFolderIsRefused) {
  const std::string file = folder_ / "none/calls.db";
  const absl::Status status = Open("sqlite:" + file);
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("there is no folder `" + folder_ / "none"));
}

TEST_F(OpenDatabaseTest, FileThatCannotBeMadeIsUnavailable) {
  const absl::Status status = Open("sqlite:/proc/calls.db");  // no program may make a file there
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot use `/proc/calls.db`: "));
}

TEST_F(OpenDatabaseTest, OtherUrlsAreInvalid) {
  for (const char* url : {"", "calls.db", "sqlite:", "sqlite::memory:", "mysql://localhost/x"}) {
    EXPECT_EQ(Open(url).code(), StatusCode::kInvalidArgument) << url;
  }
}

}  // namespace
}  // namespace autopulse::callevents::persistence
