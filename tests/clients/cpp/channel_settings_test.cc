#include "clients/cpp/channel_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/temporary_folder.h"

namespace autopulse::callevents::client {
namespace {

using testing::HasSubstr;

class TokenInClearTest : public testing::Test {
 protected:
  TokenInClearTest() { std::ofstream(file_) << "a-token\n"; }

  const TemporaryFolder folder_;
  const std::string file_ = folder_ / "token";
};

TEST_F(TokenInClearTest, StaysOnThisMachine) {
  for (const char* service : {"127.0.0.1:1", "localhost:1", "[::1]:1", "unix:/run/s", "127.8.0.1:1",
                              "ipv4:127.0.0.1:1", "dns:///localhost:1"}) {
    const auto options = ReadChannelSettings(service, {.token_file = file_});
    ASSERT_TRUE(options.ok()) << options.status();
    EXPECT_EQ(options->token, "a-token");
  }
}

TEST_F(TokenInClearTest, IsNotSentToAnotherMachine) {
  for (const char* service : {"10.0.0.1:1", "service.internal:1", "[::2]:1", "ipv4:10.0.0.1:1",
                              "dns:///service.internal:1", "localhost.evil.example:1",
                              "127.0.0.1.evil.example:1", "dns://10.0.0.1/localhost:1"}) {
    const absl::Status status =
        ReadChannelSettings(absl::StrCat("127.0.0.1:1,", service), {.token_file = file_}).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << service;
    for (const char* word : {service, "--service-tls-ca", "--token-in-clear=anywhere"}) {
      EXPECT_THAT(std::string(status.message()), HasSubstr(word));
    }
  }
}

TEST_F(TokenInClearTest, IsSentWhereItIsSaidToBe) {
  EXPECT_TRUE(
      ReadChannelSettings("service.internal:1", {.token_file = file_, .token_in_clear = "anywhere"})
          .ok());
  const absl::Status status =
      ReadChannelSettings("127.0.0.1:1", {.token_in_clear = "everywhere"}).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("'everywhere'"));
}

TEST_F(TokenInClearTest, TlsKeepsItFromOthers) {
  const std::string authority = folder_ / "ca.pem";
  std::ofstream(authority) << "-----BEGIN CERTIFICATE-----\n";
  EXPECT_TRUE(
      ReadChannelSettings("service.internal:1", {.tls_ca = authority, .token_file = file_}).ok());
}

TEST_F(TokenInClearTest, WithoutATokenNothingIsRefused) {
  EXPECT_TRUE(ReadChannelSettings("service.internal:1", {}).ok());
}

}  // namespace
}  // namespace autopulse::callevents::client
