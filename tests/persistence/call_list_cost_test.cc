// Every way to list calls that the API offers costs what a page costs, however many calls there
// are.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/persistence/million_calls.h"

namespace autopulse::callevents::persistence {
namespace {

using core::CallCondition;
using core::CallField;
using core::CallPosition;
using core::CallQuery;
using core::Comparison;

constexpr int kPage = 50;

template <typename Million>
class CallListCostTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { million_ = std::make_unique<Million>(); }
  static void TearDownTestSuite() { million_.reset(); }

  // Lists a page; fails if that sorts, or reads more than the page.
  static ListCost List(const CallQuery& query, const std::string& what) {
    ListCost cost = ListRest(query, what);
    EXPECT_FALSE(Million::IsWasteful(cost.plans)) << what << ":\n" << cost.plans;
    return cost;
  }

  // The same where little is left behind the page: to sort that is no waste.
  static ListCost ListRest(const CallQuery& query, const std::string& what) {
    ListCost cost = million_->List(query);
    EXPECT_LE(cost.work, Million::kMostWork) << what << ":\n" << cost.plans;
    return cost;
  }

  // The place of the last row of a list.
  static CallPosition EndOf(const std::vector<domain::Call>& calls,
                            std::optional<CallField> order) {
    const domain::Call& call = calls.back();
    CallPosition position{.time = std::nullopt, .id = call.id};
    if (order == CallField::kCreateTime) position.time = call.create_time;
    if (order == CallField::kStartTime) position.time = call.state.start_time;
    if (order == CallField::kEndTime) position.time = call.state.end_time;
    return position;
  }

  // What the last page of an order costs, and the page at the last of the calls that have the time.
  static void ListItsEnds(CallQuery query, const std::string& what) {
    const ListCost first = List(query, what + ", first page");
    ASSERT_EQ(first.calls.size(), static_cast<std::size_t>(kPage)) << what;
    CallQuery backwards = query;
    backwards.descending = !query.descending;
    backwards.limit = kPage + 1;
    query.after = EndOf(million_->List(backwards).calls, query.order_by);
    ExpectSameWork(first, ListRest(query, what + ", last page with the time"), what);
    if (!query.order_by) return;
    backwards.after = CallPosition{std::nullopt, backwards.descending ? INT64_MAX : 0};
    query.after = EndOf(million_->List(backwards).calls, query.order_by);
    ExpectSameWork(first, ListRest(query, what + ", last page"), what);
  }

  static void ExpectSameWork(const ListCost& first, const ListCost& last, const std::string& what) {
    EXPECT_EQ(last.calls.size(), static_cast<std::size_t>(kPage)) << what;
    EXPECT_LE(last.work, 2 * first.work + 2 * kPage) << what << ":\n" << last.plans;
  }

  static std::unique_ptr<Million> million_;
};

template <typename Million>
std::unique_ptr<Million> CallListCostTest<Million>::million_;

CallQuery Query(std::optional<CallField> order_by, bool descending) {
  CallQuery query;
  query.order_by = order_by;
  query.descending = descending;
  query.limit = kPage;
  return query;
}

using Databases = testing::Types<PgsqlMillion, SqliteMillion>;
TYPED_TEST_SUITE(CallListCostTest, Databases);

std::string NameOf(CallField field) { return "field " + std::to_string(static_cast<int>(field)); }

TYPED_TEST(CallListCostTest, EqualityWithAnyFieldInOrderOfIds) {
  const domain::Call call = this->List(Query(std::nullopt, true), "newest").calls.front();
  std::vector<CallCondition> conditions;
  const auto add = [&](CallField field, auto value) {
    conditions.push_back({field, Comparison::kEqual, std::move(value)});
  };
  for (const char* word : {"Completed", "Missed", "Failed", "Ringing", "Ready", "no such word"}) {
    add(CallField::kStatus, std::string(word));
  }
  for (const auto outcome : {domain::CallOutcome::kAnswered, domain::CallOutcome::kMissed,
                             domain::CallOutcome::kFailed, domain::CallOutcome::kUnspecified}) {
    add(CallField::kOutcome, outcome);
  }
  for (const char* number : {"+15555", "+15557919", "+19"}) {
    add(CallField::kCustomerNumber, std::string(number));
  }
  for (const char* id : {"v-1", "v-29999", "none"})
    add(CallField::kProviderCallId, std::string(id));
  for (const std::int64_t id : {1, 500, 4711}) add(CallField::kServiceRecord, id);
  for (const int seconds : {5, 29'000, -1}) {
    const absl::Time time = absl::FromUnixSeconds(1'735'689'600 + seconds);
    add(CallField::kCreateTime, time);
    add(CallField::kStartTime, time);
    add(CallField::kEndTime, time);
  }
  for (const CallCondition& condition : conditions) {
    for (const bool descending : {true, false}) {
      CallQuery query = Query(std::nullopt, descending);
      query.conditions = {condition};
      const std::string what = NameOf(condition.field) + (descending ? " desc" : " asc");
      const ListCost first = this->List(query, what);
      if (first.calls.empty()) continue;
      query.after = this->EndOf(first.calls, std::nullopt);
      this->List(query, what + ", second page");
      query.after->id = call.id / 2;
      this->List(query, what + ", middle page");
    }
  }
}

TYPED_TEST(CallListCostTest, TheLastPageOfAnyOrderCostsWhatTheFirstDoes) {
  using Orders = std::vector<std::optional<CallField>>;
  for (const auto order :
       Orders{std::nullopt, CallField::kCreateTime, CallField::kStartTime, CallField::kEndTime}) {
    for (const bool descending : {true, false}) {
      this->ListItsEnds(Query(order, descending),
                        (order ? NameOf(*order) : "id") + (descending ? " desc" : " asc"));
    }
  }
}

TYPED_TEST(CallListCostTest, APageAmongCallsOfOneMomentCostsNoMore) {
  const absl::Time moment = absl::FromUnixSeconds(1'735'689'600 + 5);
  for (const bool descending : {true, false}) {
    CallQuery query = Query(CallField::kCreateTime, descending);
    query.after = CallPosition{moment, 15'000};
    const ListCost page = this->List(query, descending ? "desc" : "asc");
    for (const domain::Call& call : page.calls) EXPECT_EQ(call.create_time, moment);
    EXPECT_EQ(page.calls.size(), static_cast<std::size_t>(kPage));
  }
}

}  // namespace
}  // namespace autopulse::callevents::persistence
