#include "adapter/auth/request_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace autopulse::callevents::adapter::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RequestHeadTest, ValuesAreTheBytesThatWereSent) {
  const RequestHead head("POST /a?b HTTP/1.1\r\nX-A: %41%0d%0a\r\nx-a:\t second \r\nX-B:\r\n\r\n");
  EXPECT_EQ(head.method(), "POST");
  EXPECT_EQ(head.target(), "/a?b");
  EXPECT_THAT(head.Values("X-a"), ElementsAre("%41%0d%0a", "second"));
  EXPECT_THAT(head.Values("x-b"), ElementsAre(""));
  EXPECT_THAT(head.Values("x-c"), IsEmpty());
}

TEST(RequestHeadTest, WhatIsNoHeadHasNothing) {
  for (const char* text : {"", "\r\n", "X: y", "no colon\r\nno colon\r\n", "\n\n"}) {
    const RequestHead head(text);
    EXPECT_THAT(head.lines(), IsEmpty()) << text;
  }
  const RequestHead head("GET / HTTP/1.1\r\n\r\nX: body\r\n");
  EXPECT_THAT(head.lines(), IsEmpty());
}

}  // namespace
}  // namespace autopulse::callevents::adapter::auth
