#include "clients/cpp/callctl/list_filter.h"

#include <gtest/gtest.h>

namespace autopulse::callevents::callctl {
namespace {

TEST(ListFilterTest, IsEmptyWithoutComparisons) {
  ListFilter filter;
  filter.AddRaw("  ");
  filter.AddText("customer_number", "");
  filter.AddStatus(v1::CALL_STATUS_UNSPECIFIED);
  filter.AddOutcome(v1::CALL_OUTCOME_UNSPECIFIED);
  EXPECT_EQ(filter.Build(), "");
}

TEST(ListFilterTest, JoinsComparisonsByAnd) {
  ListFilter filter;
  filter.AddRaw("start_time >= \"2025-05-01T00:00:00Z\"");
  filter.AddStatus(v1::CALL_STATUS_IN_PROGRESS);
  filter.AddOutcome(v1::CALL_OUTCOME_MISSED);
  filter.AddText("service_record", "serviceRecords/9");
  EXPECT_EQ(filter.Build(),
            "start_time >= \"2025-05-01T00:00:00Z\" AND status = CALL_STATUS_IN_PROGRESS AND "
            "outcome = CALL_OUTCOME_MISSED AND service_record = \"serviceRecords/9\"");
}

TEST(ListFilterTest, EscapesWhatWouldEndAValue) {
  ListFilter filter;
  filter.AddText("customer_number", R"(1" AND status != "2\)");
  EXPECT_EQ(filter.Build(), R"(customer_number = "1\" AND status != \"2\\")");
}

}  // namespace
}  // namespace autopulse::callevents::callctl
