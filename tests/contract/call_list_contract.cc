#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "services/base/limits.h"
#include "services/base/status_macros.h"
#include "tests/contract/call_store_contract.h"
#include "tests/fakes/fake_call_order.h"

namespace autopulse::callevents::contract {
namespace {

using core::CallField;
using core::Comparison;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST_P(CallStoreContract, WithoutAnOrderCallsAreListedById) {
  for (int i = 0; i < 3; ++i) AddCall();
  core::CallQuery query;
  EXPECT_THAT(ListCalls(query), ElementsAre(3, 2, 1));
  query.descending = false;
  EXPECT_THAT(ListCalls(query), ElementsAre(1, 2, 3));
  query.after = core::CallPosition{.time = std::nullopt, .id = 1};
  query.limit = 1;
  EXPECT_THAT(ListCalls(query), ElementsAre(2));
}

TEST_P(CallStoreContract, CallsAreSelectedByTextAndOutcome) {
  domain::Call call;
  call.state.status_word = "Scheduled";
  call.state.outcome = domain::CallOutcome::kMissed;
  call.customer_number = "+49170";
  call.state.provider_call_id = "0197-a";
  AddCall(call);
  AddCall();
  EXPECT_THAT(Select(CallField::kStatus, Comparison::kEqual, "Scheduled"), ElementsAre(1));
  EXPECT_THAT(Select(CallField::kOutcome, Comparison::kEqual, domain::CallOutcome::kMissed),
              ElementsAre(1));
  EXPECT_THAT(Select(CallField::kCustomerNumber, Comparison::kEqual, "+49170"), ElementsAre(1));
  EXPECT_THAT(Select(CallField::kProviderCallId, Comparison::kEqual, "0197-a"), ElementsAre(1));
  EXPECT_THAT(Select(CallField::kStatus, Comparison::kNotEqual, "Scheduled"), ElementsAre(2));
}

TEST_P(CallStoreContract, CallWithoutTheFieldMatchesNotEqualOnly) {
  AddCall();
  for (const CallField field : {CallField::kCustomerNumber, CallField::kProviderCallId}) {
    EXPECT_THAT(Select(field, Comparison::kNotEqual, "x"), ElementsAre(1));
    EXPECT_THAT(Select(field, Comparison::kEqual, "x"), IsEmpty());
  }
  for (const auto outcome : {domain::CallOutcome::kMissed, domain::CallOutcome::kFailed}) {
    EXPECT_THAT(Select(CallField::kOutcome, Comparison::kNotEqual, outcome), ElementsAre(1));
    EXPECT_THAT(Select(CallField::kOutcome, Comparison::kEqual, outcome), IsEmpty());
  }
  EXPECT_THAT(Select(CallField::kServiceRecord, Comparison::kNotEqual, std::int64_t{1}),
              ElementsAre(1));
  EXPECT_THAT(Select(CallField::kServiceRecord, Comparison::kLess, std::int64_t{1}), IsEmpty());
  EXPECT_THAT(Select(CallField::kStartTime, Comparison::kNotEqual, At(0)), ElementsAre(1));
  EXPECT_THAT(Select(CallField::kStartTime, Comparison::kLess, At(0)), IsEmpty());
}

TEST_P(CallStoreContract, CallsAreSelectedByTimeToTheMicrosecond) {
  for (int i = 1; i <= 3; ++i) {
    domain::Call call;
    call.create_time = At(i);
    AddCall(call);
  }
  const CallField field = CallField::kCreateTime;
  EXPECT_THAT(Select(field, Comparison::kEqual, At(2)), ElementsAre(2));
  EXPECT_THAT(Select(field, Comparison::kNotEqual, At(2)), UnorderedElementsAre(1, 3));
  EXPECT_THAT(Select(field, Comparison::kLess, At(2)), ElementsAre(1));
  EXPECT_THAT(Select(field, Comparison::kLessOrEqual, At(2)), UnorderedElementsAre(1, 2));
  EXPECT_THAT(Select(field, Comparison::kGreater, At(2)), ElementsAre(3));
  EXPECT_THAT(Select(field, Comparison::kGreaterOrEqual, At(2)), UnorderedElementsAre(2, 3));
}

TEST_P(CallStoreContract, AllConditionsMustHold) {
  domain::Call call;
  call.service_record_id = AddServiceRecord();
  AddCall(call);
  call.state.status_word = "Ringing";
  AddCall(call);
  EXPECT_THAT(
      ListCalls({.conditions = {{CallField::kServiceRecord, Comparison::kEqual, std::int64_t{1}},
                                {CallField::kStatus, Comparison::kEqual, "Ringing"}},
                 .order_by = std::nullopt,
                 .after = std::nullopt}),
      ElementsAre(2));
}

TEST_P(CallStoreContract, AsManyConditionsAsAFilterMayHaveAreAnsweredInEveryOrder) {
  domain::Call call;
  call.create_time = At(1);
  AddCall(call);
  call.create_time = At(2);
  AddCall(call);
  core::CallQuery query;
  for (std::size_t i = 0; i < base::kMaxFilterComparisons; ++i) {
    query.conditions.push_back({CallField::kStatus, Comparison::kNotEqual, std::to_string(i)});
  }
  query.limit = 1;
  EXPECT_THAT(ListAllPages(query), ElementsAre(2, 1));
  query.order_by = CallField::kCreateTime;
  EXPECT_THAT(ListAllPages(query), ElementsAre(2, 1));
}

TEST_P(CallStoreContract, ConditionOfAnotherTypeIsInvalid) {
  const auto calls = Read([](core::CallReader& reader) {
    return reader.ListCalls({.conditions = {{CallField::kStartTime, Comparison::kEqual, "noon"}},
                             .order_by = std::nullopt,
                             .after = std::nullopt});
  });
  EXPECT_TRUE(absl::IsInvalidArgument(calls.status())) << calls.status();
}

TEST_P(CallStoreContract, OrderByATextIsInvalid) {
  core::CallQuery query;
  query.order_by = CallField::kStatus;
  const auto calls = Read([&](core::CallReader& reader) { return reader.ListCalls(query); });
  EXPECT_TRUE(absl::IsInvalidArgument(calls.status())) << calls.status();
}

TEST_P(CallStoreContract, PagesOfMoreSizesThanAConnectionKeepsStatementsForAreRead) {
  for (int i = 0; i < 3; ++i) AddCall({});
  for (int round = 0; round < 2; ++round) {
    core::CallQuery query;
    for (query.limit = 1; query.limit <= 100; ++query.limit) {
      EXPECT_EQ(static_cast<int>(ListCalls(query).size()), std::min(3, query.limit));
    }
  }
}

TEST_P(CallStoreContract, PageGoesOnWhereACallWasThatIsGone) {
  for (int i = 1; i <= 3; ++i) {
    domain::Call call;
    call.create_time = At(i);
    AddCall(call);
  }
  core::CallQuery query{.conditions = {},
                        .order_by = CallField::kCreateTime,
                        .after = core::CallPosition{.time = At(2), .id = 77}};
  EXPECT_THAT(ListCalls(query), ElementsAre(2, 1));
  query.after->id = 1;  // its time is another one by now
  EXPECT_THAT(ListCalls(query), ElementsAre(1));
}

TEST_P(CallStoreContract, PagesOfAThousandCallsEqualOneSortedList) {
  std::vector<domain::Call> calls;
  ASSERT_TRUE(store()
                  .Write([&](core::CallWriter& writer) {
                    calls.clear();
                    for (int i = 0; i < 1000; ++i) {
                      domain::Call call;  // times repeat, and every fifth call has none
                      if (i % 5 != 0) call.state.start_time = At((i * 37) % 101);
                      if (i % 2 == 0) call.state.status_word = "Ringing";
                      ASSIGN_OR_RETURN(call.id, writer.InsertCall(call));
                      calls.push_back(call);
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  for (const bool descending : {false, true}) {
    core::CallQuery query{
        .conditions = {{CallField::kStatus, Comparison::kEqual, "Ringing"}},
        .order_by = CallField::kStartTime,
        .descending = descending,
        .after = std::nullopt,
        .limit = 7,
    };
    std::vector<core::CallPosition> sorted;
    for (const domain::Call& call : calls) {
      if (fakes::Matches(call, query)) sorted.push_back(fakes::PositionOf(call, query));
    }
    std::sort(sorted.begin(), sorted.end(),
              [&](const auto& a, const auto& b) { return fakes::ComesBefore(a, b, descending); });
    std::vector<std::int64_t> expected;
    for (const core::CallPosition& position : sorted) expected.push_back(position.id);
    EXPECT_EQ(ListAllPages(query), expected);
  }
}

}  // namespace
}  // namespace autopulse::callevents::contract
