// A creation that is repeated at another service while the first is under way.

#include "services/core/registrar.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "persistence/migrations/connection.h"
#include "persistence/open_database.h"
#include "tests/domain/events.h"
#include "tests/postgres/postgres_cluster.h"

namespace autopulse::callevents::persistence {
namespace {

class PgsqlRegistrarTest : public testing::Test {
 protected:
  // What `create` returns, which begins while another service inserts `row` and remembers that the
  // request "r" made `name` by it: that one commits when this one has ended or waits for it.
  template <typename Create>
  auto CreateWhile(const std::string& row, const std::string& name, const Create& create) {
    MustRun(absl::StrCat("BEGIN; INSERT INTO ", row,
                         "; INSERT INTO creation_request (request_id, digest, name, create_time) "
                         "VALUES ('r', 'd', '",
                         name, "', '2025-05-01 12:00:00+00')"));
    decltype(create()) created = absl::UnknownError("never ran");
    std::atomic<bool> ended = false;
    std::thread thread([&] {
      created = create();
      ended = true;
    });
    while (!ended && !SomebodyWaits()) {
    }
    MustRun("COMMIT");
    thread.join();
    return created;
  }

  core::Registrar& registrar() { return registrar_; }

 private:
  void MustRun(const std::string& sql) { EXPECT_EQ(other_->Run(sql), absl::OkStatus()) << sql; }

  bool SomebodyWaits() {
    const auto rows = other_->Query(
        "SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))");
    EXPECT_TRUE(rows.ok()) << rows.status();
    return !rows.ok() || !rows->empty();
  }

  const std::string url_ = NewPostgresDatabase();
  const std::unique_ptr<core::CallStore> store_ =
      *OpenCallStore(url_, {.migrate = true, .connections = 1});
  const std::unique_ptr<migrations::Connection> other_ = *migrations::OpenPgsqlUrl(url_);
  core::Registrar registrar_{*store_, [] { return domain::At(60); }};
};

TEST_F(PgsqlRegistrarTest, ACallThatIsBeingCreatedElsewhereIsNotCreatedTwice) {
  domain::Call call;
  call.id = 15;
  const auto created =
      CreateWhile("call (id, status, direction) VALUES (15, 'Ready', 'theirs')", "calls/15", [&] {
        return registrar().CreateCall(call, {"r", "d"});
      });
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->direction, "theirs");
}

TEST_F(PgsqlRegistrarTest, AServiceRecordThatIsBeingCreatedElsewhereIsNotCreatedTwice) {
  domain::ServiceRecord record;
  record.id = 9;
  const auto created =
      CreateWhile("service_record (id, status, customer_name) VALUES (9, 'Scheduled', 'theirs')",
                  "serviceRecords/9", [&] {
                    return registrar().CreateServiceRecord(record, {"r", "d"});
                  });
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->customer_name, "theirs");
}

TEST_F(PgsqlRegistrarTest, AnIdThatAnotherRequestTakesElsewhereIsRefused) {
  domain::Call call;
  call.id = 15;
  const auto created = CreateWhile("call (id, status) VALUES (15, 'Ready')", "calls/15", [&] {
    return registrar().CreateCall(call, {"another", "d"});
  });
  EXPECT_TRUE(absl::IsAlreadyExists(created.status())) << created.status();
}

}  // namespace
}  // namespace autopulse::callevents::persistence
