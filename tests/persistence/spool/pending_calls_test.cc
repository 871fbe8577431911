#include "persistence/spool/pending_calls.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::persistence::spool {
namespace {

TEST(PendingCallsTest, OnlyCallsWithEventsMayBeWaitedFor) {  // O7
  PendingCalls calls;
  EXPECT_FALSE(calls.MayInclude("calls/1"));
  calls.Add("calls/1");
  EXPECT_TRUE(calls.MayInclude("calls/1"));
  EXPECT_FALSE(calls.MayInclude("calls/2"));
}

TEST(PendingCallsTest, CallIsForgottenOnlyWhenNothingIsPending) {  // O7
  PendingCalls calls;
  calls.Add("calls/1");
  calls.Add("calls/2");
  calls.Remove(1);
  EXPECT_TRUE(calls.MayInclude("calls/1"));
  EXPECT_TRUE(calls.MayInclude("calls/2"));
  calls.Remove(1);
  calls.Add("calls/3");
  EXPECT_FALSE(calls.MayInclude("calls/1"));
  EXPECT_TRUE(calls.MayInclude("calls/3"));
}

TEST(PendingCallsTest, TooManyCallsAreNotToldApartUntilNothingIsPending) {  // O7
  PendingCalls calls;
  const auto more = static_cast<std::int64_t>(PendingCalls::kMostCalls) + 1;
  for (std::int64_t i = 0; i < more; ++i) calls.Add(absl::StrCat("calls/", i));
  EXPECT_TRUE(calls.MayInclude("calls/another"));
  calls.Remove(more - 1);
  EXPECT_TRUE(calls.MayInclude("calls/another"));
  calls.Remove(1);
  calls.Add("calls/1");
  EXPECT_FALSE(calls.MayInclude("calls/another"));
}

}  // namespace
}  // namespace autopulse::callevents::persistence::spool
