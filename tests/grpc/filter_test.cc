#include "services/grpc/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "services/base/limits.h"
#include "tests/domain/events.h"

namespace autopulse::callevents::rpc {
namespace {

using core::CallField;
using core::Comparison;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// The only condition of a filter.
core::CallCondition Single(absl::string_view filter) {
  const absl::StatusOr<std::vector<core::CallCondition>> conditions = ParseFilter(filter);
  EXPECT_TRUE(conditions.ok()) << filter << ": " << conditions.status();
  if (!conditions.ok() || conditions->size() != 1) return {};
  return conditions->front();
}

std::string TextOf(absl::string_view filter) { return std::get<std::string>(Single(filter).value); }

std::string Refusal(absl::string_view filter) {
  const absl::Status status = ParseFilter(filter).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << filter;
  EXPECT_THAT(std::string(status.message()), StartsWith("filter: ")) << filter;
  return std::string(status.message());
}

TEST(FilterTest, AnEmptyFilterHasNoConditions) {
  EXPECT_TRUE(ParseFilter("").value().empty());
  EXPECT_TRUE(ParseFilter(" \t\n").value().empty());
}

TEST(FilterTest, EveryFieldCanBeAskedFor) {
  EXPECT_EQ(Single("status = CALL_STATUS_FAILED").field, CallField::kStatus);
  EXPECT_EQ(Single("outcome = CALL_OUTCOME_MISSED").field, CallField::kOutcome);
  EXPECT_EQ(Single("customer_number = \"+1\"").field, CallField::kCustomerNumber);
  EXPECT_EQ(Single("provider_call_id = p-1").field, CallField::kProviderCallId);
  EXPECT_EQ(Single("service_record = serviceRecords/9").field, CallField::kServiceRecord);
  EXPECT_EQ(Single("create_time > \"2025-05-01T00:00:00Z\"").field, CallField::kCreateTime);
  EXPECT_EQ(Single("start_time > \"2025-05-01T00:00:00Z\"").field, CallField::kStartTime);
  EXPECT_EQ(Single("end_time > \"2025-05-01T00:00:00Z\"").field, CallField::kEndTime);
}

TEST(FilterTest, EveryOperatorIsRead) {
  const std::string time = "\"2025-05-01T00:00:00Z\"";
  EXPECT_EQ(Single("start_time = " + time).comparison, Comparison::kEqual);
  EXPECT_EQ(Single("start_time != " + time).comparison, Comparison::kNotEqual);
  EXPECT_EQ(Single("start_time < " + time).comparison, Comparison::kLess);
  EXPECT_EQ(Single("start_time <= " + time).comparison, Comparison::kLessOrEqual);
  EXPECT_EQ(Single("start_time > " + time).comparison, Comparison::kGreater);
  EXPECT_EQ(Single("start_time>=" + time).comparison, Comparison::kGreaterOrEqual);
}

TEST(FilterTest, AStatusIsTheEnumValueOrTheStoredWord) {
  EXPECT_EQ(TextOf("status = CALL_STATUS_IN_PROGRESS"), "In Progress");
  EXPECT_EQ(TextOf("status = \"In Progress\""), "In Progress");
  EXPECT_EQ(TextOf("status = Scheduled"), "Scheduled");
  EXPECT_THAT(Refusal("status = CALL_STATUS_UNSPECIFIED"), HasSubstr("status"));
}

TEST(FilterTest, AnOutcomeIsTheEnumValue) {  // P1
  EXPECT_EQ(std::get<domain::CallOutcome>(Single("outcome = CALL_OUTCOME_ANSWERED").value),
            domain::CallOutcome::kAnswered);
  EXPECT_THAT(Refusal("outcome = ANSWERED"), HasSubstr("CALL_OUTCOME_ANSWERED"));
  EXPECT_THAT(Refusal("outcome = CALL_OUTCOME_UNSPECIFIED"), HasSubstr("outcome"));
}

TEST(FilterTest, AServiceRecordIsItsName) {
  EXPECT_EQ(std::get<std::int64_t>(Single("service_record = \"serviceRecords/9\"").value), 9);
  EXPECT_THAT(Refusal("service_record = 9"), HasSubstr("service_record"));
}

TEST(FilterTest, ATimeIsRfc3339) {
  EXPECT_EQ(std::get<absl::Time>(Single("start_time > \"2025-05-01T14:00:00.25+02:00\"").value),
            domain::At(0.25));
  EXPECT_EQ(std::get<absl::Time>(Single("start_time > 2025-05-01T12:00:00Z").value), domain::At(0));
  EXPECT_THAT(Refusal("start_time > yesterday"), HasSubstr("start_time"));
  EXPECT_THAT(Refusal("start_time > \"2025-05-01\""), HasSubstr("start_time"));
}

TEST(FilterTest, QuotesHoldAnyText) {
  EXPECT_EQ(TextOf(R"(customer_number = "a \"b\" \\ AND c = d")"), R"(a "b" \ AND c = d)");
  EXPECT_EQ(TextOf(R"(customer_number = "")"), "");
  EXPECT_EQ(TextOf("customer_number = \"'; DROP TABLE call; --\""), "'; DROP TABLE call; --");
}

TEST(FilterTest, ComparisonsAreJoinedByAnd) {
  const auto conditions =
      ParseFilter(
          "status=CALL_STATUS_FAILED AND start_time>=\"2025-05-01T00:00:00Z\"   AND "
          "customer_number != \"+1\"")
          .value();
  ASSERT_EQ(conditions.size(), 3u);
  EXPECT_EQ(conditions[0].field, CallField::kStatus);
  EXPECT_EQ(conditions[1].field, CallField::kStartTime);
  EXPECT_EQ(conditions[2].comparison, Comparison::kNotEqual);
}

TEST(FilterTest, AnythingElseIsRefused) {
  for (const char* filter :
       {"status", "status =", "= CALL_STATUS_FAILED", "status CALL_STATUS_FAILED",
        "status ~ CALL_STATUS_FAILED", "status : CALL_STATUS_FAILED", "status = \"open",
        "status = CALL_STATUS_FAILED AND", "status = CALL_STATUS_FAILED OR status = Scheduled",
        "status = CALL_STATUS_FAILED status = Scheduled", "NOT status = Scheduled",
        "(status = Scheduled)", "AND", "\"status\" = Scheduled", "status = Scheduled and x = y",
        "status == Scheduled", "status = Scheduled;"}) {
    Refusal(filter);
  }
}

TEST(FilterTest, AnUnknownFieldIsNamedBesideThoseThatThereAre) {
  const std::string refusal = Refusal("cost_usd = 1");
  EXPECT_THAT(refusal, HasSubstr("'cost_usd'"));
  EXPECT_THAT(refusal, HasSubstr("status, outcome, customer_number"));
  EXPECT_THAT(refusal, HasSubstr(", end_time"));
}

TEST(FilterTest, OnlyTimesHaveAnOrder) {
  for (const char* field :
       {"status", "outcome", "customer_number", "provider_call_id", "service_record"}) {
    EXPECT_THAT(Refusal(std::string(field) + " < \"x\""), HasSubstr(field));
  }
}

TEST(FilterTest, ARefusalQuotesNoMoreThanALine) {
  EXPECT_LT(Refusal(std::string(100'000, 'x')).size(), 500u);
  EXPECT_EQ(Refusal("\n\x01").find('\x01'), std::string::npos);
}

// So many comparisons, and a text that fills up the rest of `bytes`.
std::string FilterOf(std::size_t comparisons, std::size_t bytes) {
  std::string filter;
  for (std::size_t i = 1; i < comparisons; ++i) filter += "status!=a AND ";
  filter += "customer_number!=\"";
  filter.resize(std::max(filter.size() + 1, bytes) - 1, 'x');
  return filter + "\"";
}

TEST(FilterTest, TheLargestFilterIsReadAndALargerOneIsRefusedWithTheLimit) {
  const auto largest =
      ParseFilter(FilterOf(base::kMaxFilterComparisons, base::kMaxFilterBytes)).value();
  EXPECT_EQ(largest.size(), base::kMaxFilterComparisons);
  EXPECT_THAT(Refusal(FilterOf(1, base::kMaxFilterBytes + 1)),
              AllOf(HasSubstr("4097 bytes"), HasSubstr("at most 4096")));
  EXPECT_THAT(Refusal(FilterOf(base::kMaxFilterComparisons + 1, 0)),
              HasSubstr("more than 32 comparisons"));
}

TEST(OrderByTest, WithoutOneTheNewestIdComesFirst) {
  const CallOrder order = ParseOrderBy("").value();
  EXPECT_EQ(order.field, std::nullopt);
  EXPECT_TRUE(order.descending);
}

TEST(OrderByTest, ATimeIsAscendingUnlessItSaysOtherwise) {
  EXPECT_EQ(ParseOrderBy("start_time").value().field, CallField::kStartTime);
  EXPECT_FALSE(ParseOrderBy("start_time").value().descending);
  EXPECT_TRUE(ParseOrderBy(" end_time  desc ").value().descending);
  EXPECT_EQ(ParseOrderBy("create_time desc").value().field, CallField::kCreateTime);
}

TEST(OrderByTest, OneThatIsLongerThanAnyIsRefusedUnread) {
  EXPECT_TRUE(ParseOrderBy("start_time" + std::string(90, ' ')).ok());
  const absl::Status refused = ParseOrderBy("start_time" + std::string(91, ' ')).status();
  EXPECT_EQ(refused, absl::InvalidArgumentError("order_by: has 101 bytes; at most 100 are read"));
}

TEST(OrderByTest, AnythingElseIsRefused) {
  for (const char* order_by : {"status", "start_time DESC", "start_time descending",
                               "start_time desc, end_time", "desc", "start_time desc desc"}) {
    const absl::Status status = ParseOrderBy(order_by).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << order_by;
    EXPECT_THAT(std::string(status.message()), StartsWith("order_by: "));
  }
}

}  // namespace
}  // namespace autopulse::callevents::rpc
