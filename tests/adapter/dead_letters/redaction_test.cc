#include "adapter/dead_letters/redaction.h"

#include <gtest/gtest.h>

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

TEST(RedactJsonTest, TextsAreRedactedWhereverTheyStand) {
  EXPECT_EQ(Redacted(R"({"customer":{"number":"+15550142001"},"l":["+15550142002",true]})"),
            R"({"customer":{"number":"+*********01"},"l":["+*********02",true]})");
}

}  // namespace
}  // namespace autopulse::callevents::adapter
