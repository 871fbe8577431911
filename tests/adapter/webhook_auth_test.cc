#include "adapter/webhook_auth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace autopulse::callevents::adapter {
namespace {

TEST(WebhookAuthTest, OnlyTheSecretItselfOnceIsLetIn) {
  const WebhookAuth auth("s3cret%41");
  EXPECT_TRUE(auth.Allows({"s3cret%41"}));
  EXPECT_FALSE(auth.Allows({}));
  EXPECT_FALSE(auth.Allows({""}));
  EXPECT_FALSE(auth.Allows({"s3cretA"}));
  EXPECT_FALSE(auth.Allows({"s3cret%41 "}));
  EXPECT_FALSE(auth.Allows({"S3CRET%41"}));
  EXPECT_FALSE(auth.Allows({"s3cret%41", "s3cret%41"}));
}

TEST(WebhookAuthTest, WithoutASecretEverybodyIsLetIn) {
  EXPECT_TRUE(WebhookAuth().Allows({}));
  EXPECT_TRUE(WebhookAuth().Allows({"anything", "twice"}));
}

class SecretFileTest : public testing::Test {
 protected:
  SecretFileTest() : path_(testing::TempDir() + "/webhook-secret") {}
  ~SecretFileTest() override { std::filesystem::remove(path_); }

  void Write(const std::string& text) { std::ofstream(path_, std::ios::binary) << text; }

  std::string path_;
};

TEST_F(SecretFileTest, FirstLineIsTheSecret) {
  Write("  s3cret \r\nnot this\n");
  EXPECT_EQ(*ReadSecretFile(path_), "s3cret");
}

TEST_F(SecretFileTest, EmptyOrMissingFileIsNoSecret) {
  EXPECT_THAT(std::string(ReadSecretFile(path_).status().message()),
              testing::HasSubstr("cannot read"));
  Write(" \nsecret on the second line\n");
  EXPECT_THAT(std::string(ReadSecretFile(path_).status().message()),
              testing::HasSubstr("is empty"));
}

}  // namespace
}  // namespace autopulse::callevents::adapter
