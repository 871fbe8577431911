#include "services/base/hex.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace autopulse::callevents::base {
namespace {

using testing::Optional;

TEST(HexTest, EachPairOfDigitsIsAByte) {
  EXPECT_THAT(BytesOfHex("00ff417A"), Optional(std::string("\0\377Az", 4)));
  EXPECT_THAT(BytesOfHex(""), Optional(std::string()));
}

TEST(HexTest, AnyOtherTextStandsForNothing) {
  for (const char* text : {"0", "414", "0x41", "0x", " 1", "1 ", "-1", "+1", "4g", "\xe4\xb8"}) {
    EXPECT_EQ(BytesOfHex(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace autopulse::callevents::base
