#include "adapter/auth/auth_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "adapter/auth/webhook_auth.h"
#include "tests/adapter/parsed_head.h"
#include "tests/temporary_folder.h"

namespace autopulse::callevents::adapter::auth {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string ErrorOf(absl::string_view method) {
  const auto parsed = ParseAuthFile(absl::StrCat(R"({"methods":[)", method, "]}"));
  return parsed.ok() ? "none" : std::string(parsed.status().message());
}

TEST(AuthFileTest, WhatIsWrongIsNamedByItsField) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({})", "methods[0].type must be secret, bearer, hmac or standard-webhooks"},
      {R"(1)", "methods[0] must be an object"},
      {R"({"type":"oauth2"})", "methods[0].type must be"},
      {R"({"type":"secret"})", "methods[0].secrets is missing"},
      {R"({"type":"secret","secrets":"abc"})", "methods[0].secrets must be a list"},
      {R"({"type":"secret","secrets":[]})", "methods[0].secrets is empty"},
      {R"({"type":"secret","secrets":["a",1]})", "methods[0].secrets[1] must be a text"},
      {R"({"type":"secret","secrets":[" a"]})", "methods[0].secrets[0] begins or ends with"},
      {R"({"type":"secret","secrets":["a"],"headerName":""})", "methods[0].headerName is empty"},
      {R"({"type":"secret","secrets":["a"],"token":"b"})", "methods[0].token is unknown here"},
      {R"({"type":"bearer","secrets":["a"],"bearerPrefixEnabled":1})",
       "methods[0].bearerPrefixEnabled must be true or false"},
      {R"({"type":"hmac","secrets":["a"],"algorithm":"md5"})",
       "methods[0].algorithm must be sha256, sha512 or sha1"},
      {R"({"type":"hmac","secrets":["a"],"algorithm":"sha1"})", "methods[0].algorithm is weak"},
      {R"({"type":"hmac","secrets":["a"],"signatureEncoding":"base32"})",
       "methods[0].signatureEncoding must be hex or base64"},
      {R"({"type":"hmac","secrets":["a"],"payloadFormat":"{timestamp}"})",
       "methods[0].payloadFormat must have {body}"},
      {R"({"type":"hmac","secrets":["a"],"payloadFormat":"{body}"})",
       "methods[0].payloadFormat must have {timestamp}"},
      {R"({"type":"hmac","secrets":["a"],"payloadFormat":"{timestamp}{bdy}{body}"})",
       "methods[0].payloadFormat has an unknown placeholder"},
      {R"({"type":"hmac","secrets":["a"],"payloadFormat":"{timestamp}{body}{svix-id}"})",
       "methods[0].messageIdHeader is missing"},
      {R"({"type":"hmac","secrets":["a"],"payloadFormat":"{timestamp}{body}{url}"})",
       "methods[0].url is missing"},
      {R"({"type":"hmac","secrets":["a"],"maxAgeSeconds":-1})",
       "methods[0].maxAgeSeconds must be a whole number of seconds"},
      {R"({"type":"hmac","secrets":["!"],"secretIsBase64":true})",
       "methods[0].secrets[0] is no base64"},
      {R"({"type":"standard-webhooks","secrets":["whsec_AAAA"]})",
       "methods[0].secrets[0] has less than 24 bytes"},
  };
  for (const auto& [method, error] : cases) EXPECT_THAT(ErrorOf(method), HasSubstr(error));
}

TEST(AuthFileTest, FileThatIsNoListOfMethodsIsRefused) {
  for (const char* text : {"", "[]", "{}", R"({"methods":[]})", R"({"methods":{}})",
                           R"({"methods":[],"methods":[]})"}) {
    EXPECT_FALSE(ParseAuthFile(text).ok()) << text;
  }
}

TEST(AuthFileTest, NoErrorHoldsASecret) {
  EXPECT_THAT(ErrorOf(R"({"type":"hmac","secrets":["hush"],"secretIsBase64":true,"x":"hush"})"),
              AllOf(Not("none"), Not(HasSubstr("hush"))));
  EXPECT_THAT(ErrorOf(R"({"type":"secret","secrets":["hush "]})"), Not(HasSubstr("hush")));
}

class AuthFilesTest : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  static bool Allows(const AuthPolicy& policy, absl::string_view secret) {
    const std::string head =
        absl::StrCat("POST / HTTP/1.1\r\nHost: test\r\nX-Vapi-Secret: ", secret, "\r\n\r\n");
    return policy.AuthenticateHead(http::ParsedHead(head), absl::Now()).refusal == Refusal::kNone;
  }

  const TemporaryFolder folder_;
};

TEST_F(AuthFilesTest, EveryLineOfTheSecretFileIsASecret) {
  const auto policy =
      LoadAuthPolicy({.secret_file = Write("secrets", "  new \r\n\nold\n"), .auth_file = ""});
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_TRUE(Allows(*policy, "new"));
  EXPECT_TRUE(Allows(*policy, "old"));
  EXPECT_FALSE(Allows(*policy, "neither"));
  EXPECT_FALSE(Allows(*policy, ""));
}

TEST_F(AuthFilesTest, BothFilesTogetherMakeThePolicy) {
  const auto policy = LoadAuthPolicy(
      {.secret_file = Write("secrets", "simple"),
       .auth_file = Write("auth", R"({"methods":[{"type":"bearer","secrets":["tok"]}]})")});
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->methods().size(), 2u);
  EXPECT_TRUE(Allows(*policy, "simple"));
}

// FT41: what would let in whoever sends nothing, or nobody.
TEST_F(AuthFilesTest, EmptyOrMissingSecretsAreRefusedNamingTheFile) {
  for (const AuthFiles& files :
       {AuthFiles{.secret_file = folder_ / "none", .auth_file = ""},
        AuthFiles{.secret_file = folder_.path(), .auth_file = ""},
        AuthFiles{.secret_file = Write("blank", " \n\t\n"), .auth_file = ""},
        AuthFiles{.secret_file = "", .auth_file = folder_ / "none"},
        AuthFiles{.secret_file = "",
        .auth_file = Write("empty", R"({"methods":[{"type":"secret","secrets":[""]}]})")}}) {
    const auto policy = LoadAuthPolicy(files);
    ASSERT_FALSE(policy.ok());
    EXPECT_THAT(std::string(policy.status().message()), HasSubstr(folder_.path()));
  }
  EXPECT_THAT(std::string(LoadAuthPolicy({}).status().message()), HasSubstr("no webhook secret"));
}

TEST_F(AuthFilesTest, LoadedAgainAFileReplacesThePolicyForEveryCopy) {  // FT45
  const AuthFiles files{.secret_file = Write("secrets", "old"), .auth_file = ""};
  WebhookAuth auth(*LoadAuthPolicy(files));
  const WebhookAuth copy = auth;
  const auto begun_before = copy.current();
  Write("secrets", "new");
  ASSERT_TRUE(auth.Reload(files).ok());
  EXPECT_TRUE(Allows(*copy.current(), "new"));
  EXPECT_FALSE(Allows(*copy.current(), "old"));
  EXPECT_TRUE(Allows(*begun_before, "old"));
}

TEST_F(AuthFilesTest, FileThatIsWrongLeavesThePolicyAsItWas) {  // FT55
  const std::string good = R"({"methods":[{"type":"secret","secrets":["old"]}]})";
  const AuthFiles files{.secret_file = "", .auth_file = Write("auth", good)};
  WebhookAuth auth(*LoadAuthPolicy(files));
  Write("auth", R"({"methods":[{"type":"secret","secrets":[""]}]})");
  EXPECT_THAT(std::string(auth.Reload(files).message()),
              AllOf(HasSubstr(files.auth_file), HasSubstr("methods[0].secrets[0] is empty")));
  EXPECT_TRUE(Allows(*auth.current(), "old"));
}

}  // namespace
}  // namespace autopulse::callevents::adapter::auth
