#include "persistence/pgsql/sessions.h"

#include <libpq-fe.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/postgres/postgres_cluster.h"

namespace autopulse::callevents::persistence {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PgsqlTimeoutsTest, AreAddedToWhatTheUrlSays) {
  const std::string conninfo = *WithTimeouts(
      "postgresql://me:it%27s%20%5C@db-1,db-2:6432/calls?target_session_attrs=read-write");
  for (const char* part :
       {"user='me'", "password='it\\'s \\\\'", "host='db-1,db-2'", "dbname='calls'",
        "target_session_attrs='read-write'", "connect_timeout='5'", "keepalives_idle='10'",
        "keepalives_interval='5'", "keepalives_count='3'", "tcp_user_timeout='20000'"}) {
    EXPECT_THAT(conninfo, HasSubstr(part));
  }
}

TEST(PgsqlTimeoutsTest, GiveWayToThoseOfTheUrlAndTheEnvironment) {
  EXPECT_THAT(*WithTimeouts("postgresql:///calls?tcp_user_timeout=0&connect_timeout=60"),
              testing::AllOf(HasSubstr("tcp_user_timeout='0'"), HasSubstr("connect_timeout='60'"),
                             Not(HasSubstr("connect_timeout='5'"))));
  setenv("PGCONNECT_TIMEOUT", "7", 1);
  EXPECT_THAT(*WithTimeouts("postgresql:///calls"), Not(HasSubstr("connect_timeout")));
  unsetenv("PGCONNECT_TIMEOUT");
}

TEST(PgsqlTimeoutsTest, OfWhatIsNoUrlAreRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(WithTimeouts("postgresql://[::1").status()));
}

class PgsqlSessionsTest : public testing::Test {
 protected:
  using Handle = std::unique_ptr<PGconn, decltype(&PQfinish)>;

  Handle Connect() const { return {PQconnectdb(url_.c_str()), PQfinish}; }

  const std::string url_ = NewPostgresDatabase();
};

TEST_F(PgsqlSessionsTest, OfAServerWithoutAPoolerAreKept) {
  EXPECT_TRUE(CheckSessions(Connect().get(), url_).ok());
}

TEST_F(PgsqlSessionsTest, OfAConnectionThatIsOverCannotBeLookedAt) {
  const Handle ours = Connect();
  const std::string end =
      absl::StrCat("SELECT pg_terminate_backend(", PQbackendPID(ours.get()), ", 10000)");
  PQclear(PQexec(Connect().get(), end.c_str()));
  EXPECT_TRUE(absl::IsUnavailable(CheckSessions(ours.get(), url_)));
}

}  // namespace
}  // namespace autopulse::callevents::persistence
