#include "services/core/call_matcher.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/domain/events.h"

namespace autopulse::callevents::core {
namespace {

using domain::At;

domain::Call SomeCall() {
  domain::Call call;
  call.id = 15;
  call.service_record_id = 9;
  call.customer_number = "+15551234567";
  call.create_time = At(0);
  call.state.status_word = "In Progress";
  call.state.provider_call_id = "p";
  call.state.start_time = At(10);
  call.state.outcome = domain::CallOutcome::kMissed;
  return call;
}

bool AllHold(const std::vector<CallCondition>& conditions) {
  const domain::Call call = SomeCall();
  return Matches(call, call.state.status_word, conditions);
}

bool Holds(const domain::Call& call, CallField field, Comparison comparison,
           decltype(CallCondition::value) value) {
  return Matches(call, call.state.status_word, {{field, comparison, std::move(value)}});
}

TEST(CallMatcherTest, WithoutConditionsEveryCallMatches) { EXPECT_TRUE(AllHold({})); }

TEST(CallMatcherTest, EachFieldIsComparedWithItsOwn) {
  const domain::Call call = SomeCall();
  EXPECT_TRUE(Holds(call, CallField::kStatus, Comparison::kEqual, "In Progress"));
  EXPECT_FALSE(Holds(call, CallField::kStatus, Comparison::kEqual, "in progress"));
  EXPECT_TRUE(
      Holds(call, CallField::kOutcome, Comparison::kEqual, domain::CallOutcome::kMissed));  // P1
  EXPECT_TRUE(Holds(call, CallField::kCustomerNumber, Comparison::kEqual, "+15551234567"));
  EXPECT_TRUE(Holds(call, CallField::kProviderCallId, Comparison::kNotEqual, "q"));
  EXPECT_TRUE(Holds(call, CallField::kServiceRecord, Comparison::kEqual, std::int64_t{9}));
  EXPECT_FALSE(Holds(call, CallField::kServiceRecord, Comparison::kEqual, std::int64_t{15}));
  EXPECT_TRUE(Holds(call, CallField::kCreateTime, Comparison::kEqual, At(0)));
}

TEST(CallMatcherTest, TimesAreOrdered) {
  const domain::Call call = SomeCall();
  const auto start_is = [&](Comparison comparison, double seconds) {
    return Holds(call, CallField::kStartTime, comparison, At(seconds));
  };
  EXPECT_TRUE(start_is(Comparison::kLess, 11));
  EXPECT_FALSE(start_is(Comparison::kLess, 10));
  EXPECT_TRUE(start_is(Comparison::kLessOrEqual, 10));
  EXPECT_FALSE(start_is(Comparison::kLessOrEqual, 9));
  EXPECT_TRUE(start_is(Comparison::kGreater, 9));
  EXPECT_FALSE(start_is(Comparison::kGreater, 10));
  EXPECT_TRUE(start_is(Comparison::kGreaterOrEqual, 10));
  EXPECT_FALSE(start_is(Comparison::kGreaterOrEqual, 11));
}

TEST(CallMatcherTest, AFieldWithoutAValueMatchesNothingButNotEqual) {
  domain::Call call;
  call.state.status_word = "";
  for (const CallField field :
       {CallField::kCreateTime, CallField::kStartTime, CallField::kEndTime}) {
    for (const Comparison comparison :
         {Comparison::kEqual, Comparison::kLess, Comparison::kLessOrEqual, Comparison::kGreater,
          Comparison::kGreaterOrEqual}) {
      EXPECT_FALSE(Holds(call, field, comparison, At(0)));
    }
    EXPECT_TRUE(Holds(call, field, Comparison::kNotEqual, At(0)));
  }
  EXPECT_FALSE(
      Holds(call, CallField::kOutcome, Comparison::kEqual, domain::CallOutcome::kUnspecified));
  EXPECT_TRUE(
      Holds(call, CallField::kOutcome, Comparison::kNotEqual, domain::CallOutcome::kMissed));
  for (const CallField field :
       {CallField::kStatus, CallField::kCustomerNumber, CallField::kProviderCallId}) {
    EXPECT_FALSE(Holds(call, field, Comparison::kEqual, ""));
    EXPECT_TRUE(Holds(call, field, Comparison::kNotEqual, ""));
  }
  EXPECT_TRUE(Holds(call, CallField::kServiceRecord, Comparison::kNotEqual, std::int64_t{9}));
}

TEST(CallMatcherTest, AllConditionsMustHold) {
  const CallCondition good{CallField::kStatus, Comparison::kEqual, "In Progress"};
  const CallCondition bad{CallField::kOutcome, Comparison::kEqual, domain::CallOutcome::kFailed};
  EXPECT_TRUE(AllHold({good, good}));
  EXPECT_FALSE(AllHold({good, bad}));
}

TEST(CallMatcherTest, TimeOfIsTheFieldsTime) {
  const domain::Call call = SomeCall();
  EXPECT_EQ(TimeOf(call, CallField::kCreateTime), At(0));
  EXPECT_EQ(TimeOf(call, CallField::kStartTime), At(10));
  EXPECT_EQ(TimeOf(call, CallField::kEndTime), std::nullopt);
  EXPECT_EQ(TimeOf(call, CallField::kStatus), std::nullopt);
}

}  // namespace
}  // namespace autopulse::callevents::core
