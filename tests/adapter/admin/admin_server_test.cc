#include "adapter/admin/admin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "adapter/auth/auth_file.h"
#include "tests/adapter/delivery/spooling.h"
#include "tests/adapter/raw_http.h"

namespace autopulse::callevents::adapter {
namespace {

using testing::StartsWith;

class AdminServerTest : public SpoolingTest {
 protected:
  AdminServerTest() {
    EXPECT_TRUE(server_.Start([] {}).ok());
  }

  const AdminApi api_{{.spool = *spool_, .client = client_, .counters = counters_}};
  AdminServer server_{
      {.listen = "127.0.0.1:0", .policy = auth::AuthPolicy({*auth::ParseSecretFile("token")})},
      api_,
      counters_};
};

TEST_F(AdminServerTest, SilentConnectionsOfOneAddressLeaveRoomForAnother) {
  std::vector<std::unique_ptr<RawHttp>> silent;
  for (int i = 0; i < 70; ++i) silent.push_back(std::make_unique<RawHttp>(server_.port()));
  WaitUntil([&] { return counters_.Get("refused", "connections") > 0; }, "the limit");
  RawHttp other(server_.port(), "127.0.0.2");
  other.Send("GET /v1/spool HTTP/1.1\r\nHost: test\r\nX-Vapi-Secret: token\r\n\r\n");
  EXPECT_THAT(other.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(AdminServerTest, SilentConnectionIsClosedBeforeAnOperatorGivesUp) {
  RawHttp silent(server_.port());
  EXPECT_TRUE(silent.IsClosedByServer());
}

}  // namespace
}  // namespace autopulse::callevents::adapter
