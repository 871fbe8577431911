#include "adapter/relay/relay_targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace autopulse::callevents::adapter::relay {
namespace {

using testing::HasSubstr;

absl::StatusOr<RelayTargets> Parse(absl::string_view text) {
  return RelayTargets::Parse(text, {"assistant-request", "tool-calls"});
}

TEST(RelayTargetsTest, OneUrlIsForEveryType) {  // V6
  const auto targets = Parse("https://tools.example:8443/vapi?x=1&y");
  ASSERT_TRUE(targets.ok()) << targets.status();
  for (const char* type : {"assistant-request", "tool-calls"}) {
    ASSERT_NE(targets->Find(type), nullptr) << type;
    EXPECT_EQ(targets->Find(type)->origin, "https://tools.example:8443");
    EXPECT_EQ(targets->Find(type)->path, "/vapi?x=1&y");
  }
  EXPECT_EQ(targets->Find("status-update"), nullptr);
}

TEST(RelayTargetsTest, TypeMayHaveItsOwnUrl) {
  const auto targets = Parse("http://[::1]:9, tool-calls=http://tools?a=b,");
  ASSERT_TRUE(targets.ok()) << targets.status();
  EXPECT_EQ(targets->Find("assistant-request")->origin, "http://[::1]:9");
  EXPECT_EQ(targets->Find("assistant-request")->path, "/");
  EXPECT_EQ(targets->Find("tool-calls")->origin, "http://tools");
  EXPECT_EQ(targets->Find("tool-calls")->path, "/?a=b");
}

TEST(RelayTargetsTest, NothingIsForNothing) {
  const auto targets = Parse("");
  ASSERT_TRUE(targets.ok()) << targets.status();
  EXPECT_TRUE(targets->empty());
}

TEST(RelayTargetsTest, WhatIsNoUrlIsRefused) {
  for (const char* text : {"tools",
                           "tools:80",
                           "ftp://tools",
                           "http://",
                           "http:///x",
                           "http://:80",
                           "http://a:b@c",
                           "http://a:0",
                           "http://a:65536",
                           "http://a:+1",
                           "http://a:",
                           "http://a b",
                           "http://a/#x",
                           "http://[::1",
                           "http://a/\r\nX: y",
                           "tool-calls=",
                           "=http://a",
                           "status-update=http://a",
                           "http://a,http://b",
                           "tool-calls=http://a,tool-calls=http://b"}) {
    EXPECT_FALSE(Parse(text).ok()) << text;
  }
  EXPECT_THAT(std::string(Parse("status-update=http://a").status().message()),
              HasSubstr("does not wait for an answer to 'status-update'"));
}

}  // namespace
}  // namespace autopulse::callevents::adapter::relay
