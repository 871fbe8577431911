#include "adapter/http/address.h"

#include <gtest/gtest.h>

namespace autopulse::callevents::adapter::http {
namespace {

TEST(AddressTest, BothKindsAreReadAndWritten) {
  for (const char* text : {"192.0.2.1", "::1", "2001:db8::1", "0.0.0.0"}) {
    const auto address = Address::Parse(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(AddressTest, MappedAddressIsTheIpv4One) {
  EXPECT_EQ(Address::Parse("::ffff:192.0.2.1"), Address::Parse("192.0.2.1"));
  EXPECT_TRUE(Address::Parse("::ffff:192.0.2.1")->is_ipv4());
  EXPECT_FALSE(Address::Parse("::192.0.2.1")->is_ipv4());
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
