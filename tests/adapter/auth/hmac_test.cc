#include "adapter/auth/hmac.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"

namespace autopulse::callevents::adapter::auth {
namespace {

std::string Sign(HashAlgorithm algorithm, absl::string_view key) {
  Hmac hmac(algorithm, key);
  hmac.Update("what do ya want ");
  hmac.Update("");
  hmac.Update("for nothing?");
  return absl::BytesToHexString(hmac.Finish());
}

TEST(HmacTest, PublishedVectorsAreMet) {  // RFC 4231 and RFC 2202, test case 2
  EXPECT_EQ(Sign(HashAlgorithm::kSha256, "Jefe"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(Sign(HashAlgorithm::kSha512, "Jefe"),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  EXPECT_EQ(Sign(HashAlgorithm::kSha1, "Jefe"), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

TEST(HmacTest, SignatureHasTheSizeOfItsAlgorithm) {
  for (const HashAlgorithm algorithm :
       {HashAlgorithm::kSha256, HashAlgorithm::kSha512, HashAlgorithm::kSha1}) {
    EXPECT_EQ(Sign(algorithm, "key").size(), 2 * DigestSize(algorithm)) << AlgorithmName(algorithm);
  }
}

TEST(HmacTest, OnlyEqualTextsAreEqual) {
  EXPECT_TRUE(EqualsInConstantTime("abc", "abc"));
  EXPECT_TRUE(EqualsInConstantTime("", ""));
  EXPECT_FALSE(EqualsInConstantTime("abc", "abd"));
  EXPECT_FALSE(EqualsInConstantTime("abc", "ab"));
}

}  // namespace
}  // namespace autopulse::callevents::adapter::auth
