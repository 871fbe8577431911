#include "adapter/http/sender_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "adapter/http/address_range.h"
#include "adapter/http/rate_limiter.h"

namespace autopulse::callevents::adapter::http {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);

Address Of(absl::string_view text) { return *Address::Parse(text); }

std::vector<AddressRange> Ranges(absl::string_view text) { return *ParseAddressRanges(text); }

RequestHead WithHeader(absl::string_view name, absl::string_view value) {
  RequestHead head;
  head.headers.push_back({name, value});
  return head;
}

TEST(AddressRangeTest, RangeHoldsWhatBeginsAlike) {
  const auto holds = [](absl::string_view ranges, absl::string_view address) {
    return ContainsAddress(Ranges(ranges), Of(address));
  };
  EXPECT_TRUE(holds("167.150.224.0/23", "167.150.225.255"));
  EXPECT_FALSE(holds("167.150.224.0/23", "167.150.226.0"));
  EXPECT_TRUE(holds("10.0.0.0/8, 192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(holds("10.0.0.0/8, 192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(holds("0.0.0.0/0", "1.2.3.4"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(holds("::/0", "1.2.3.4"));
  EXPECT_FALSE(holds("", "1.2.3.4"));
}

TEST(AddressRangeTest, WhatIsNoRangeIsRefusedByItsText) {
  for (const char* text : {"x", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.1/8", "::/129",
                           "10.0.0.0/8,", ",", "10.0.0.0 /8"}) {
    EXPECT_FALSE(ParseAddressRanges(text).ok()) << text;
  }
  EXPECT_THAT(std::string(AddressRange::Parse("10.0.0.1/8").status().message()),
              testing::HasSubstr("'10.0.0.1/8'"));
}

TEST(RateLimiterTest, BurstOfTwoSecondsIsTakenThenTheRate) {
  RateLimiter limiter(10);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(limiter.Take(Of("1.2.3.4"), kNow), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take(Of("1.2.3.4"), kNow), absl::Milliseconds(100));
  EXPECT_EQ(limiter.Take(Of("1.2.3.5"), kNow), absl::ZeroDuration());
  const absl::Time later = kNow + absl::Milliseconds(100);
  EXPECT_EQ(limiter.Take(Of("1.2.3.4"), later), absl::ZeroDuration());
  EXPECT_GT(limiter.Take(Of("1.2.3.4"), later), absl::ZeroDuration());
}

TEST(RateLimiterTest, NetworkOfIpv6SharesOneAllowance) {
  RateLimiter limiter(1);
  EXPECT_EQ(limiter.Take(Of("2001:db8::1"), kNow), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take(Of("2001:db8::2"), kNow), absl::ZeroDuration());
  EXPECT_GT(limiter.Take(Of("2001:db8::3"), kNow), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take(Of("2001:db8:0:1::1"), kNow), absl::ZeroDuration());
}

TEST(RateLimiterTest, AddressesBeyondTheTableShareOneAllowance) {
  RateLimiter limiter(1);
  for (std::size_t i = 0; i < RateLimiter::kMaxAddresses; ++i) {
    limiter.Take(Of(absl::StrCat("10.", i >> 16, ".", (i >> 8) & 255, ".", i & 255)), kNow);
  }
  EXPECT_EQ(limiter.Take(Of("11.0.0.1"), kNow), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take(Of("11.0.0.2"), kNow), absl::ZeroDuration());
  EXPECT_GT(limiter.Take(Of("11.0.0.3"), kNow), absl::ZeroDuration());
  // Those that have been quiet make room.
  const absl::Time later = kNow + absl::Seconds(10);
  EXPECT_EQ(limiter.Take(Of("11.0.0.4"), later), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take(Of("11.0.0.4"), later), absl::ZeroDuration());
  EXPECT_GT(limiter.Take(Of("11.0.0.4"), later), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take(Of("11.0.0.5"), later), absl::ZeroDuration());
}

TEST(SenderPolicyTest, OnlyATrustedProxyIsBelieved) {
  const SenderPolicy policy({.trusted_proxies = Ranges("10.0.0.0/8")});
  const auto sender = [&](absl::string_view forwarded, absl::string_view peer) {
    return policy.SenderOf(WithHeader("X-Forwarded-For", forwarded), Of(peer));
  };
  EXPECT_EQ(sender("6.6.6.6", "192.0.2.1"), Of("192.0.2.1"));
  EXPECT_EQ(sender("6.6.6.6", "10.0.0.1"), Of("6.6.6.6"));
  EXPECT_EQ(sender("6.6.6.6, 192.0.2.1, 10.0.0.2", "10.0.0.1"), Of("192.0.2.1"));
  EXPECT_EQ(sender("6.6.6.6, nonsense", "10.0.0.1"), Of("10.0.0.1"));
  EXPECT_EQ(sender("", "10.0.0.1"), Of("10.0.0.1"));
  EXPECT_EQ(policy.SenderOf(WithHeader("REMOTE_ADDR", "6.6.6.6"), Of("10.0.0.1")), Of("10.0.0.1"));
}

TEST(SenderPolicyTest, OthersThanThoseAllowedAreRefused) {
  SenderPolicy policy({.allowed = Ranges("192.0.2.0/24"), .trusted_proxies = Ranges("10.0.0.1")});
  const RequestHead forged = WithHeader("X-Forwarded-For", "192.0.2.1");
  EXPECT_FALSE(policy.Refuse(RequestHead(), Of("192.0.2.9"), kNow).has_value());
  EXPECT_FALSE(policy.Refuse(forged, Of("10.0.0.1"), kNow).has_value());
  const auto refusal = policy.Refuse(forged, Of("6.6.6.6"), kNow);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->kind, "address");
  EXPECT_EQ(refusal->answer.status, 403);
}

TEST(SenderPolicyTest, TooManyAreToldWhenToComeAgain) {
  SenderPolicy policy({.requests_per_second = 1});
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(policy.Refuse(RequestHead(), Of("6.6.6.6"), kNow).has_value());
  }
  const auto refusal = policy.Refuse(RequestHead(), Of("6.6.6.6"), kNow);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->kind, "rate");
  EXPECT_EQ(refusal->answer.status, 429);
  EXPECT_THAT(refusal->answer.headers, testing::ElementsAre(testing::Pair("Retry-After", "1")));
}

}  // namespace
}  // namespace autopulse::callevents::adapter::http
