#include "persistence/pgsql/database.h"

#include <memory>
#include <odb/connection.hxx>
#include <odb/database.hxx>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "persistence/migrations/connection.h"
#include "tests/postgres/postgres_cluster.h"

namespace autopulse::callevents::persistence {
namespace {

constexpr std::size_t kConnections = 3;

std::vector<odb::connection_ptr> TakeAll(odb::database& database) {
  std::vector<odb::connection_ptr> connections;
  while (connections.size() < kConnections) connections.push_back(database.connection());
  return connections;
}

// Of how many connections a setting has a value.
std::size_t CountWith(const std::string& setting, const std::string& value,
                      const std::vector<odb::connection_ptr>& connections) {
  std::size_t count = 0;
  for (const odb::connection_ptr& connection : connections) {
    count +=
        connection->execute("SELECT 1 WHERE current_setting('" + setting + "') = '" + value + "'");
  }
  return count;
}

class PgsqlDatabaseTest : public testing::Test {
 protected:
  const std::string url_ = NewPostgresDatabase();
  const std::unique_ptr<Database> database_ = *OpenPgsql(url_, {.connections = kConnections});
};

TEST_F(PgsqlDatabaseTest, AllConnectionsHaveTheSameSettings) {
  const std::vector<odb::connection_ptr> connections = TakeAll(database_->database());
  EXPECT_EQ(CountWith("synchronous_commit", "on", connections), kConnections);
  EXPECT_EQ(CountWith("lock_timeout", "10s", connections), kConnections);
  EXPECT_EQ(CountWith("default_toast_compression", "lz4", connections), kConnections);
}

TEST_F(PgsqlDatabaseTest, AServersAnswerIsNeverAtHand) {
  EXPECT_FALSE(database_->ReadAtHand([] { ADD_FAILURE() << "was asked"; }));
}

TEST_F(PgsqlDatabaseTest, ConnectionsThatTheServerHasClosedAreReplacedByTheSame) {
  const auto others = *migrations::OpenPgsqlUrl(url_);
  EXPECT_EQ(others
                ->Query("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                        " WHERE application_name = 'call-event-service'")
                ->size(),
            kConnections);
  const std::vector<odb::connection_ptr> connections = TakeAll(database_->database());
  EXPECT_EQ(CountWith("lock_timeout", "10s", connections), kConnections);
  EXPECT_EQ(CountWith("default_toast_compression", "lz4", connections), kConnections);
}

}  // namespace
}  // namespace autopulse::callevents::persistence
