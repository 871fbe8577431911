#include "adapter/dead_letters/redaction.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "adapter/json/json_parser.h"

namespace autopulse::callevents::adapter {
namespace {

std::string Redacted(absl::string_view json) {
  const auto tree = ParseJson(json);
  EXPECT_TRUE(tree.ok()) << tree.status();
  return RedactJson(tree->root());
}

TEST(RedactTextTest, TelephoneNumbersKeepTheirLastTwoDigits) {
  EXPECT_EQ(RedactText("call +1 (555) 014-2001 now"), "call +* (***) ***-**01 now");
  EXPECT_EQ(RedactText("5550142001"), "********01");
  EXPECT_EQ(RedactText("+4915112345"), "+********45");
}

TEST(RedactTextTest, TimesAndShortNumbersStay) {
  EXPECT_EQ(RedactText("2025-07-11T14:37:54.000Z, 12 items"), "2025-07-11T14:37:54.000Z, 12 items");
}

TEST(RedactTextTest, QueriesOfUrlsGo) {
  EXPECT_EQ(RedactText("see https://x.example/a.wav?sig=abc and https://y.example/b"),
            "see https://x.example/a.wav?[redacted] and https://y.example/b");
  EXPECT_EQ(RedactText("what? no"), "what? no");
}

TEST(RedactJsonTest, WhatIsNamedASecretGoesWhole) {
  EXPECT_EQ(Redacted(R"({"serverUrlSecret":"s","headers":{"Authorization":["x"]},"a":1,"b":null})"),
            R"({"serverUrlSecret":"[redacted]","headers":{"Authorization":"[redacted]"},)"
            R"("a":1,"b":null})");
}

TEST(RedactTextTest, UsersAndFragmentsOfUrlsGo) {
  EXPECT_EQ(RedactText("https://bob:hunter2@h.example/x#access_token=abc, https://y.example/z"),
            "https://[redacted]@h.example/x#[redacted] https://y.example/z");
  EXPECT_EQ(RedactText("wss://bob:p#@ss?@h.example"), "wss://[redacted]@h.example");
  EXPECT_EQ(RedactText("https://h.example/@bob"), "https://h.example/@bob");
  EXPECT_EQ(RedactText("at https://h.example? yes"), "at https://h.example?[redacted] yes");
}

TEST(RedactJsonTest, SecretsHaveManyNames) {
  for (const char* name : {"privateKey", "private_key", "Set-Cookie", "pass", "Passwd", "jwt",
                           "x-vapi-signature", "passphrase", "X-API-Key", "AWS_ACCESS_KEY_ID"}) {
    EXPECT_EQ(Redacted(absl::StrCat("{\"", name, "\":\"hunter2\"}")),
              absl::StrCat("{\"", name, "\":\"[redacted]\"}"));
  }
  EXPECT_EQ(Redacted(R"({"passenger":"Bob","key":"k","passed":true})"),
            R"({"passenger":"Bob","key":"k","passed":true})");
}

TEST(RedactJsonTest, ValueBesideTheNameOfASecretGoes) {
  EXPECT_EQ(Redacted(R"([{"name":"Authorization","value":"Bearer x"},{"key":"jwt","value":["x"]},)"
                     R"({"name":"Bob","value":"x"}])"),
            R"([{"name":"Authorization","value":"[redacted]"},{"key":"jwt","value":"[redacted]"},)"
            R"({"name":"Bob","value":"x"}])");
}

TEST(RedactJsonTest, TextsAreRedactedWhereverTheyStand) {
  EXPECT_EQ(Redacted(R"({"customer":{"number":"+15550142001"},"l":["+15550142002",true]})"),
            R"({"customer":{"number":"+*********01"},"l":["+*********02",true]})");
}

}  // namespace
}  // namespace autopulse::callevents::adapter
