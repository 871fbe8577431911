#include "services/grpc/from_proto.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <variant>

#include "tests/domain/events.h"
#include "tests/grpc/requests.h"

namespace autopulse::callevents::rpc {
namespace {

using domain::At;

domain::EndOfCallReport ReportOf(const std::string& fields) {
  const core::ReportedEvent reported =
      FromProto(Report("calls/15", "e", 7, "end_of_call_report { " + fields + " }"), At(99));
  return std::get<domain::EndOfCallReport>(reported.event.detail);
}

TEST(FromProtoTest, TheEnvelopeIsTaken) {
  const core::ReportedEvent reported = FromProto(
      Report("calls/15", "e", 7,
             "provider: 'vapi' provider_call_id: 'p' hangup { reason: 1 provider_reason: 'x' } "
             "provider_call_create_time { seconds: 1746100800 nanos: 1999 }"),
      At(99));
  EXPECT_EQ(reported.call_id, 15);
  EXPECT_EQ(reported.event.event_id, "e");
  EXPECT_EQ(reported.event.time, At(7));
  EXPECT_EQ(reported.event.receive_time, At(7));
  EXPECT_EQ(reported.event.provider, "vapi");
  EXPECT_EQ(reported.event.provider_call_id, "p");
  EXPECT_EQ(reported.event.provider_call_create_time, At(0) + absl::Microseconds(1));
  const auto& hangup = std::get<domain::Hangup>(reported.event.detail);
  EXPECT_EQ(hangup.reason, domain::HangupReason::kUserInitiated);
  EXPECT_EQ(hangup.provider_reason, "x");
}

TEST(FromProtoTest, TheTimeOfTheRequestIsTheReceiptWhereNoneIsGiven) {  // O6
  v1::ReportCallEventRequest request = Report("calls/15", "e", 7, "hangup {}");
  request.mutable_event()->clear_receive_time();
  EXPECT_EQ(FromProto(request, At(99)).event.receive_time, At(99));
  EXPECT_EQ(FromProto(request, At(99)).event.time, At(7));
  request.mutable_event()->clear_event_time();
  EXPECT_EQ(FromProto(request, At(99)).event.time, At(99));
}

TEST(FromProtoTest, AnEventFromTheFutureIsDatedByItsReceiptWithAWarning) {  // O6
  v1::ReportCallEventRequest request = Report("calls/15", "e", 7, "hangup {}");
  request.mutable_event()->mutable_event_time()->set_seconds(1'746'100'800 + 7 + 301);
  testing::internal::CaptureStderr();
  EXPECT_EQ(FromProto(request, At(99)).event.time, At(7));
  EXPECT_NE(testing::internal::GetCapturedStderr().find("warning"), std::string::npos);
}

TEST(FromProtoTest, TheWildcardIsNoCallYet) {  // U1
  v1::ReportCallEventRequest request = Report("calls/-", "e", 7, "hangup {} provider_call_id: 'p'");
  request.mutable_call_if_unknown()->set_customer_number("+1");
  const core::ReportedEvent reported = FromProto(request, At(99));
  EXPECT_EQ(reported.call_id, std::nullopt);
  ASSERT_TRUE(reported.call_if_unknown.has_value());
  EXPECT_EQ(reported.call_if_unknown->customer_number, "+1");
}

TEST(FromProtoTest, WhatAReportDoesNotGiveIsAbsent) {  // R2, R3, R4
  const domain::EndOfCallReport report = ReportOf("");
  EXPECT_EQ(report.start_time, std::nullopt);
  EXPECT_EQ(report.end_time, std::nullopt);
  EXPECT_EQ(report.duration_sec, std::nullopt);
  EXPECT_EQ(report.duration_ms, std::nullopt);
  EXPECT_EQ(report.cost, std::nullopt);
  EXPECT_FALSE(report.has_transcript);
}

TEST(FromProtoTest, ADurationOfZeroIsNone) {  // R4
  EXPECT_EQ(ReportOf("duration {}").duration_sec, std::nullopt);
  EXPECT_EQ(ReportOf("duration { nanos: 900000000 }").duration_sec, 0);
  EXPECT_EQ(ReportOf("duration { seconds: 57 nanos: 999999999 }").duration_sec, 57);
}

TEST(FromProtoTest, ZeroIsAValueOfItsOwnForCostAndMeasuredDuration) {  // R3
  EXPECT_EQ(ReportOf("cost_usd: '0'").cost, domain::Decimal{0});
  EXPECT_EQ(ReportOf("reported_duration {}").duration_ms, 0);
}

TEST(FromProtoTest, ACostIsRoundedToFourPlaces) {  // R3
  EXPECT_EQ(ReportOf("cost_usd: '0.10535'").cost, domain::Decimal{1054});
}

TEST(FromProtoTest, FractionsOfAMillisecondAreDropped) {  // T5
  EXPECT_EQ(ReportOf("reported_duration { seconds: 1 nanos: 1999999 }").duration_ms, 1001);
}

TEST(FromProtoTest, SystemMessagesAreLeftOut) {  // T1
  const domain::EndOfCallReport report = ReportOf(
      "transcript_entries { role: 'system' content: 'secret' } "
      "transcript_entries { role: 'human' content: 'hello' }");
  ASSERT_EQ(report.transcript.size(), 1u);
  EXPECT_EQ(report.transcript[0].content, "hello");
  EXPECT_TRUE(report.has_transcript);
}

TEST(FromProtoTest, OfSystemMessagesAloneThereIsNoTranscript) {  // T1, O4
  EXPECT_FALSE(ReportOf("transcript_entries { role: 'system' }").has_transcript);
}

TEST(FromProtoTest, ALineWithoutATimeHasTheEvents) {  // T4
  const domain::EndOfCallReport report =
      ReportOf("transcript_entries {} transcript_entries { start_time { seconds: 1746100801 } }");
  EXPECT_EQ(report.transcript[0].start_time, At(7));
  EXPECT_EQ(report.transcript[0].end_time, std::nullopt);
  EXPECT_EQ(report.transcript[1].start_time, At(1));
}

TEST(FromProtoTest, ALinesMeasuresAreTaken) {  // T5
  const domain::EndOfCallReport report = ReportOf(
      "transcript_entries { start_offset { seconds: 2 nanos: 500000000 } "
      "duration { nanos: 1999999 } end_time { seconds: 1746100803 } }");
  EXPECT_EQ(report.transcript[0].seconds_from_start, 2.5);
  EXPECT_EQ(report.transcript[0].duration_ms, 1);
  EXPECT_EQ(report.transcript[0].end_time, At(3));
}

TEST(FromProtoTest, OnlyWhatACallerMaySetIsReadOfACall) {
  const domain::Call call = FromProto(FromText<v1::Call>(
      "name: 'calls/7' status: CALL_STATUS_FAILED service_record: 'serviceRecords/9' "
      "customer_number: '+1' direction: 'outbound' provider_call_id: 'p' cost_usd: '5' "
      "ended_reason: 'x' create_time { seconds: 1 }"));
  EXPECT_EQ(call.id, 0);
  EXPECT_EQ(call.service_record_id, 9);
  EXPECT_EQ(call.customer_number, "+1");
  EXPECT_EQ(call.direction, "outbound");
  EXPECT_EQ(call.create_time, std::nullopt);
  domain::CallState state;
  state.provider_call_id = "p";
  EXPECT_EQ(call.state, state);
}

TEST(FromProtoTest, WhatNobodyHasValidatedIsLeftOutOrNamesNothing) {
  EXPECT_EQ(ReportOf("cost_usd: 'a lot'").cost, std::nullopt);
  EXPECT_EQ(FromProto(FromText<v1::Call>("service_record: 'calls/9'")).service_record_id, 0);
  EXPECT_EQ(FromProto(Report("calls/x", "e", 7, "notice {}"), At(99)).call_id, 0);
}

TEST(FromProtoTest, TimesBefore1970AreTaken) {
  google::protobuf::Timestamp time;
  time.set_seconds(-1);
  time.set_nanos(999'999'999);
  EXPECT_EQ(FromProto(time), absl::FromUnixMicros(-1));
}

}  // namespace
}  // namespace autopulse::callevents::rpc
