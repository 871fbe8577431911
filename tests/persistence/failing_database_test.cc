// What becomes of a transaction when the file below it fails or is held by another program.

#include <sys/resource.h>

#include <csignal>
#include <string>

#include "gtest/gtest.h"
#include "persistence/open_database.h"
#include "services/base/status_macros.h"
#include "tests/persistence/raw_sqlite.h"
#include "tests/persistence/store_file.h"

namespace autopulse::callevents::persistence {
namespace {

using absl::StatusCode;

// Lets no file of this process grow beyond `bytes` while it lives, as a full disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

class FailingDatabaseTest : public StoreFileTest {
 protected:
  std::string CountCalls() { return RawSqlite(path()).Value("SELECT count(*) FROM call"); }

  // More than the cache of a connection holds, so that the file is written at once.
  static absl::Status InsertLargeCall(core::CallWriter& writer) {
    domain::Call call;
    call.state.analysis_summary = std::string(std::size_t{4} << 20, 'x');
    return writer.InsertCall(call).status();
  }
};

TEST_F(FailingDatabaseTest, WriteThatTheDiskRefusesIsUndoneAndTheNextOneWorks) {
  {
    const FileSizeLimit limit(1 << 20);
    EXPECT_EQ(store().Write(InsertLargeCall).code(), StatusCode::kUnavailable);
  }
  EXPECT_EQ(store().Write(InsertLargeCall), absl::OkStatus());
  EXPECT_EQ(CountCalls(), "1");
}

TEST_F(FailingDatabaseTest, FailedTransactionIsNotCommittedEvenIfItsErrorIsSwallowed) {
  {
    const FileSizeLimit limit(1 << 20);
    const absl::Status status = store().Write([](core::CallWriter& writer) {
      RETURN_IF_ERROR(writer.InsertCall({}).status());
      writer.Isolated([&] { return InsertLargeCall(writer); }).IgnoreError();
      return absl::OkStatus();
    });
    EXPECT_EQ(status.code(), StatusCode::kUnavailable) << status;
  }
  EXPECT_EQ(CountCalls(), "0");
  EXPECT_EQ(store().Write(InsertLargeCall), absl::OkStatus());
}

TEST_F(FailingDatabaseTest, WriterThatWaitedTooLongForAnotherProgramIsAborted) {
  OpenOptions options;
  options.busy_timeout = absl::Milliseconds(5);
  auto impatient = OpenCallStore("sqlite:" + path(), options);
  ASSERT_TRUE(impatient.ok()) << impatient.status();
  RawSqlite other(path());
  other.Run("BEGIN IMMEDIATE");
  const auto insert = [](core::CallWriter& writer) { return writer.InsertCall({}).status(); };
  EXPECT_EQ((*impatient)->Write(insert).code(), StatusCode::kAborted);
  other.Run("COMMIT");
  EXPECT_EQ((*impatient)->Write(insert), absl::OkStatus());
}

TEST_F(FailingDatabaseTest, ReaderDoesNotWaitForAnotherProgramThatWrites) {
  RawSqlite other(path());
  other.Run("BEGIN IMMEDIATE; INSERT INTO call (status) VALUES ('Ready')");
  EXPECT_EQ(store().Read([](core::CallReader& reader) { return reader.ListCalls({}).status(); }),
            absl::OkStatus());
  other.Run("ROLLBACK");
}

TEST_F(FailingDatabaseTest, MissingTableIsAnInternalError) {
  RawSqlite(path()).Run("DROP TABLE creation_request");
  const absl::Status status = store().Read(
      [](core::CallReader& reader) { return reader.FindCreation("request").status(); });
  EXPECT_EQ(status.code(), StatusCode::kInternal) << status;
}

}  // namespace
}  // namespace autopulse::callevents::persistence
