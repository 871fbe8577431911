#include "adapter/fields/field_table.h"

#include <gtest/gtest.h>

#include "adapter/fields/field_setters.h"
#include "adapter/json/json_parser.h"
#include "autopulse/callevents/v1/call_event.pb.h"
#include "autopulse/callevents/v1/transcript_entry.pb.h"

namespace autopulse::callevents::adapter {
namespace {

using v1::EndOfCallReport;

constexpr Field<EndOfCallReport> kTable[] = {
    {{"first", "second.third"}, Into<ReadText, &EndOfCallReport::mutable_recording_url>},
    {{"cost"}, Into<ReadMoney, &EndOfCallReport::mutable_cost_usd>},
    {{"seconds"}, Into<ReadColumnSeconds, &EndOfCallReport::mutable_duration>},
    {{"ms"}, Into<ReadWholeMs, &EndOfCallReport::mutable_reported_duration>},
    {{"start"}, Into<ReadIsoTime, &EndOfCallReport::mutable_start_time>},
    {{"end"}, Into<ReadEpochMs, &EndOfCallReport::mutable_end_time>},
    {{"expires"}, Into<ReadInstant, &EndOfCallReport::mutable_recording_expire_time>},
    {{"data"},
     Into<ReadJsonText, &EndOfCallReport::mutable_analysis,
          &v1::CallAnalysis::mutable_structured_data_json>},
};

class FieldTableTest : public testing::Test {
 protected:
  EndOfCallReport Run(absl::string_view json) {
    EndOfCallReport report;
    Warnings warnings(counters_);
    const JsonTree tree = *ParseJson(json);
    RunFieldTable(absl::MakeConstSpan(kTable), tree.root(), "at.", warnings, report);
    return report;
  }

  std::size_t CountedKinds() const { return counters_.Snapshot().size(); }

  base::Counters counters_;
};

TEST_F(FieldTableTest, AbsentAndNullValuesLeaveTheirFieldsAlone) {
  EXPECT_EQ(Run(R"({"first":null,"cost":null,"seconds":null,"data":null})").ByteSizeLong(), 0u);
  EXPECT_EQ(CountedKinds(), 0u);
}

TEST_F(FieldTableTest, FirstPathThatHasSomethingDecides) {  // V10
  EXPECT_EQ(Run(R"({"first":"a","second":{"third":"b"}})").recording_url(), "a");
  EXPECT_EQ(Run(R"({"first":null,"second":{"third":"b"}})").recording_url(), "b");
  EXPECT_EQ(Run(R"({"first":"","second":{"third":"b"}})").recording_url(), "b");
}

TEST_F(FieldTableTest, WrongTypeCostsTheFieldAndIsCounted) {
  const EndOfCallReport report = Run(
      R"({"first":1,"second":{"third":"b"},"cost":"1","seconds":"1","ms":true,"start":1,"end":"x",
          "expires":{}})");
  EXPECT_EQ(report.ByteSizeLong(), 0u);
  for (const char* path : {"first", "cost", "seconds", "ms", "start", "end", "expires"}) {
    EXPECT_EQ(counters_.Get("dropped_field", absl::StrCat("at.", path)), 1) << path;
  }
}

TEST_F(FieldTableTest, ValueOutsideItsColumnCostsTheField) {  // T5
  EXPECT_EQ(Run(R"({"cost":1e400,"seconds":2147483648,"ms":-2147483649,"end":1e5000,
                    "expires":253402300800000})")
                .ByteSizeLong(),
            0u);
  EXPECT_EQ(CountedKinds(), 5u);
}

TEST_F(FieldTableTest, FractionsOfMillisecondsAreDropped) {  // T5
  const EndOfCallReport report = Run(R"({"ms":-1500.9,"end":1750406454748.999})");
  EXPECT_EQ(report.reported_duration().seconds(), -1);
  EXPECT_EQ(report.reported_duration().nanos(), -500'000'000);
  EXPECT_EQ(report.end_time().seconds(), 1'750'406'454);
  EXPECT_EQ(report.end_time().nanos(), 748'000'000);
}

TEST_F(FieldTableTest, InstantIsANumberOrAText) {  // V9
  EXPECT_EQ(Run(R"({"expires":1750406454748.9994})").recording_expire_time().nanos(), 748'999'000);
  EXPECT_EQ(Run(R"({"expires":"2025-06-20T08:00:54.748Z"})").recording_expire_time().seconds(),
            1'750'406'454);
  EXPECT_EQ(Run(R"({"expires":-1})").recording_expire_time().nanos(), 999'000'000);
}

TEST_F(FieldTableTest, ZeroSecondsAreAsGoodAsNone) {  // R4
  EXPECT_FALSE(Run(R"({"seconds":0.0})").has_duration());
  EXPECT_EQ(Run(R"({"seconds":90.81})").duration().nanos(), 810'000'000);
  EXPECT_EQ(CountedKinds(), 0u);
}

TEST_F(FieldTableTest, NulInATextIsReplacedAndCounted) {
  EXPECT_EQ(Run(R"({"first":"a\u0000b"})").recording_url(),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(counters_.Get("nul_replaced", "at.first"), 1);
}

TEST_F(FieldTableTest, JsonTextIsCompactAndExact) {  // V11
  EXPECT_EQ(
      Run("{\"data\": {\"b\": 1.50, \"a\": [\"é\", null] } }").analysis().structured_data_json(),
      "{\"b\":1.50,\"a\":[\"é\",null]}");
}

}  // namespace
}  // namespace autopulse::callevents::adapter
