#include "adapter/http/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace autopulse::callevents::adapter::http {
namespace {

using testing::ElementsAre;

TEST(AddressTest, BothKindsAreRead) {
  EXPECT_THAT(Address::Parse("192.0.2.1")->bytes(),
              ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1));
  EXPECT_THAT(Address::Parse("2001:db8::1")->bytes(),
              ElementsAre(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
  EXPECT_EQ(Address::Parse("::"), Address());
}

TEST(AddressTest, MappedAddressIsTheIpv4One) {
  EXPECT_EQ(Address::Parse("::ffff:192.0.2.1"), Address::Parse("192.0.2.1"));
  EXPECT_TRUE(Address::Parse("::ffff:192.0.2.1")->is_ipv4());
  EXPECT_FALSE(Address::Parse("::192.0.2.1")->is_ipv4());
}

TEST(AddressTest, OneSenderHasAnIpv4AddressOrANetworkOfIpv6) {
  const auto address = [](const char* text) { return *Address::Parse(text); };
  const auto sender = [&](const char* text) { return address(text).OneSender(); };
  EXPECT_EQ(sender("2001:db8:1:2:3:4:5:6"), address("2001:db8:1:2::"));
  EXPECT_EQ(sender("2001:db8:1:3::1"), address("2001:db8:1:3::"));
  EXPECT_EQ(sender("::ffff:192.0.2.1"), address("192.0.2.1"));
  EXPECT_EQ(sender("192.0.2.2"), address("192.0.2.2"));
}

TEST(AddressTest, WhatIsNoAddressIsNone) {
  for (const char* text :
       {"", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "a", "1.2.3.4:80", "[::1]"}) {
    EXPECT_FALSE(Address::Parse(text).has_value()) << text;
  }
  EXPECT_FALSE(Address::Parse(absl::string_view("1.2.3.4\0", 8)).has_value());
}

}  // namespace
}  // namespace autopulse::callevents::adapter::http
