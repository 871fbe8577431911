#include "services/grpc/to_proto.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/grpc/from_proto.h"
#include "tests/domain/events.h"
#include "tests/grpc/requests.h"
#include "tests/message_fields.h"

namespace autopulse::callevents::rpc {
namespace {

using domain::At;

constexpr std::size_t kNoLimit = static_cast<std::size_t>(-1);

// The message that values make.
template <typename Proto, typename... Values>
Proto Made(const Values&... values) {
  Proto proto;
  ToProto(values..., proto);
  return proto;
}

// Whether both say the same; what they differ in, else.
std::string Difference(const google::protobuf::Message& a, const google::protobuf::Message& b) {
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  return differencer.Compare(a, b) ? "" : difference;
}

// The event as a caller gets it back, without what is output only.
v1::CallEvent ThereAndBack(const v1::ReportCallEventRequest& request) {
  domain::RecordedEvent recorded;
  recorded.call_id = 15;
  recorded.event = FromProto(request, At(0)).event;
  v1::CallEvent event = Made<v1::CallEvent>(recorded);
  event.clear_name();
  event.clear_create_time();
  event.clear_outcome();
  event.clear_call_status();
  event.clear_call_status_text();
  return event;
}

// What callers report, of all kinds; every field that comes back is in one of them.
constexpr const char* kDetails[] = {
    "status_update { status: CALL_STATUS_IN_PROGRESS provider_status: 'forwarding' "
    "forwarding: true ended_reason: 'r' ended_reason_group: ENDED_REASON_GROUP_FAILED }",
    "hangup { reason: HANGUP_REASON_SYSTEM_INITIATED provider_reason: 'x' }",
    "notice { kind: 'hang' }", "end_of_call_report {}",
    "provider: 'vapi' provider_call_id: 'p' provider_call_create_time { seconds: 5 } "
    "end_of_call_report { start_time { seconds: 1 } end_time { seconds: 2 nanos: 3000 } "
    "duration { seconds: 57 } reported_duration { seconds: 57 nanos: 123000000 } "
    "ended_reason: 'r' cost_usd: '0.1053' "
    "ended_reason_group: ENDED_REASON_GROUP_ANSWERED_IF_STARTED_ELSE_MISSED "
    "recording_url: 'https://x' recording_expire_time { seconds: 9 } "
    "analysis { summary: 's' success_evaluation: '7' structured_data_json: '{}' } }"};

TEST(ToProtoTest, AnEventComesBackAsItWasReported) {
  for (const char* detail : kDetails) {
    const v1::ReportCallEventRequest request = Report("calls/15", "e", 7, detail);
    EXPECT_EQ(Difference(request.event(), ThereAndBack(request)), "") << detail;
  }
}

TEST(ToProtoTest, ATranscriptLineComesBackAsItWasReported) {
  const auto entry = FromText<v1::TranscriptEntry>(
      "role: 'human' content: 'hi' start_time { seconds: 1 nanos: 500000000 } "
      "end_time { seconds: 2 } start_offset { seconds: 1 nanos: 250000000 } "
      "duration { nanos: 750000000 }");
  v1::ReportCallEventRequest request = Report("calls/15", "e", 7, "end_of_call_report {}");
  *request.mutable_event()->mutable_end_of_call_report()->add_transcript_entries() = entry;
  const core::ReportedEvent reported = FromProto(request, At(0));
  const auto& report = std::get<domain::EndOfCallReport>(reported.event.detail);
  EXPECT_EQ(Difference(entry, Made<v1::TranscriptEntry>(report.transcript.at(0))), "");
  EXPECT_EQ(Without(AllFields<v1::TranscriptEntry>(), SetFields(entry)),
            FieldNames{"TranscriptEntry.name"});  // of one that is stored
}

// The event of a journal, with all that the service adds.
domain::RecordedEvent Recorded() {
  domain::RecordedEvent recorded;
  recorded.call_id = 15;
  recorded.sequence = 42;
  recorded.create_time = At(3);
  recorded.outcome = domain::EventOutcome::kLate;
  recorded.call_status_word = "In Progress";
  recorded.event = domain::HungUp("e", 1, domain::HangupReason::kOther);
  recorded.forget_time = At(4);
  return recorded;
}

TEST(ToProtoTest, WhatTheServiceAddsToAnEventIsShown) {
  const auto event = Made<v1::CallEvent>(Recorded());
  EXPECT_EQ(event.name(), "calls/15/events/e");
  EXPECT_EQ(event.sequence(), 42);
  EXPECT_EQ(event.create_time().seconds(), absl::ToUnixSeconds(At(3)));
  EXPECT_EQ(event.outcome(), v1::CALL_EVENT_OUTCOME_LATE);
  EXPECT_EQ(event.call_status(), v1::CALL_STATUS_IN_PROGRESS);
  EXPECT_EQ(event.call_status_text(), "In Progress");
  EXPECT_EQ(event.forget_time().seconds(), absl::ToUnixSeconds(At(4)));
}

TEST(ToProtoTest, NoFieldOfAnEventIsLeftOutOfTheseTests) {
  FieldNames shown = SetFields(Made<v1::CallEvent>(Recorded()));
  for (const char* detail : kDetails) AddSetFields(Report("", "e", 7, detail).event(), shown);
  FieldNames apart = AllFields<v1::TranscriptEntry>();  // do not come back with the event
  apart.insert("EndOfCallReport.transcript_entries");
  EXPECT_EQ(Without(AllFields<v1::CallEvent>(), shown), apart);
}

TEST(ToProtoTest, EveryOutcomeOfAnEventHasItsValue) {
  domain::RecordedEvent recorded;
  recorded.outcome = domain::EventOutcome::kApplied;
  EXPECT_EQ(Made<v1::CallEvent>(recorded).outcome(), v1::CALL_EVENT_OUTCOME_APPLIED);
  recorded.outcome = domain::EventOutcome::kStale;
  EXPECT_EQ(Made<v1::CallEvent>(recorded).outcome(), v1::CALL_EVENT_OUTCOME_STALE);
}

TEST(ToProtoTest, WhatIsUnknownOfACallIsAbsent) {
  domain::Call call;
  call.id = 15;
  EXPECT_EQ(Difference(Made<v1::Call>(call), FromText<v1::Call>("name: 'calls/15' status: 1 "
                                                                "status_text: 'Ready'")),
            "");
}

// What calls and attempts have in common, all of it known; and how it is shown.
domain::CallState FullState() {
  domain::CallState state;
  state.status_word = "Missed";
  state.start_time = absl::FromUnixMicros(-1);
  state.end_time = absl::FromUnixSeconds(4);
  state.duration_sec = 5;
  state.duration_ms = 6007;
  state.recording_url = "https://x";
  state.recording_expire_time = absl::FromUnixSeconds(8);
  state.provider_call_id = "p";
  state.ended_reason = "r";
  state.cost = domain::Decimal{1053};
  state.outcome = domain::CallOutcome::kMissed;
  state.analysis_summary = "s";
  state.analysis_success_evaluation = "t";
  state.analysis_structured_data = "{}";
  return state;
}

constexpr const char* kFullState =
    "status: CALL_STATUS_MISSED status_text: 'Missed' provider_call_id: 'p' "
    "outcome: CALL_OUTCOME_MISSED start_time { seconds: -1 nanos: 999999000 } "
    "end_time { seconds: 4 } duration { seconds: 5 } "
    "reported_duration { seconds: 6 nanos: 7000000 } ended_reason: 'r' cost_usd: '0.1053' "
    "recording_url: 'https://x' recording_expire_time { seconds: 8 } "
    "analysis { summary: 's' success_evaluation: 't' structured_data_json: '{}' } ";

TEST(ToProtoTest, EverythingThatIsKnownOfACallIsShown) {
  domain::Call call;
  call.id = 15;
  call.service_record_id = 9;
  call.customer_number = "+1";
  call.direction = "outbound";
  call.create_time = absl::FromUnixSeconds(1);
  call.update_time = absl::FromUnixSeconds(2);
  call.erase_time = absl::FromUnixSeconds(3);
  call.state = FullState();
  const auto expected = FromText<v1::Call>(
      absl::StrCat(kFullState,
                   "name: 'calls/15' service_record: 'serviceRecords/9' customer_number: '+1' "
                   "direction: 'outbound' create_time { seconds: 1 } update_time { seconds: 2 } "
                   "erase_time { seconds: 3 }"));
  EXPECT_EQ(Difference(Made<v1::Call>(call), expected), "");
  EXPECT_EQ(SetFields(expected), AllFields<v1::Call>());
}

TEST(ToProtoTest, EverythingThatIsKnownOfAServiceRecordIsShown) {
  const domain::ServiceRecord record{.id = 9,
                                     .customer_name = "n",
                                     .customer_phone = "+1",
                                     .vehicle_info = "v",
                                     .service_type = "t",
                                     .status_word = "Ringing",
                                     .appointment_time = absl::FromUnixSeconds(1),
                                     .create_time = absl::FromUnixSeconds(2),
                                     .update_time = absl::FromUnixSeconds(3)};
  const auto expected = FromText<v1::ServiceRecord>(
      "name: 'serviceRecords/9' customer_name: 'n' customer_phone: '+1' vehicle_info: 'v' "
      "service_type: 't' status: CALL_STATUS_RINGING status_text: 'Ringing' "
      "appointment_time { seconds: 1 } create_time { seconds: 2 } update_time { seconds: 3 }");
  EXPECT_EQ(Difference(Made<v1::ServiceRecord>(record), expected), "");
  EXPECT_EQ(SetFields(expected), AllFields<v1::ServiceRecord>());
}

TEST(ToProtoTest, AWordOfAnotherProgramIsShownAsText) {
  domain::ServiceRecord record;
  record.id = 9;
  const v1::ServiceRecord proto = Made<v1::ServiceRecord>(record);
  EXPECT_EQ(proto.status(), v1::CALL_STATUS_UNSPECIFIED);
  EXPECT_EQ(proto.status_text(), "Scheduled");
}

TEST(ToProtoTest, ACostOfZeroIsNotTheSameAsNone) {  // R3
  domain::Call call;
  EXPECT_EQ(Made<v1::Call>(call).cost_usd(), "");
  call.state.cost = domain::Decimal{0};
  EXPECT_EQ(Made<v1::Call>(call).cost_usd(), "0");
}

TEST(ToProtoTest, AnAttemptHasItsStateAndItsTranscript) {  // O5
  domain::Attempt attempt;
  attempt.provider_call_id = "p";
  attempt.begin_time = absl::FromUnixSeconds(3);
  attempt.state.call = FullState();
  const std::vector<domain::TranscriptEntry> lines = domain::ReportSaying("hello").transcript;
  auto expected = FromText<v1::CallAttempt>(absl::StrCat(kFullState, "begin_time { seconds: 3 }"));
  *expected.add_transcript_entries() = Made<v1::TranscriptEntry>(lines.at(0));
  EXPECT_EQ(Difference(Made<v1::CallAttempt>(attempt, lines), expected), "");
  EXPECT_EQ(Without(Without(AllFields<v1::CallAttempt>(), AllFields<v1::TranscriptEntry>()),
                    SetFields(expected)),
            FieldNames{"CallAttempt.newest"});  // which the list of them knows
}

TEST(ToProtoTest, AReceiptSaysWhetherItIsARepeat) {  // O1
  core::Receipt receipt;
  receipt.event.event.event_id = "e";
  receipt.duplicate = true;
  for (const auto view : {v1::REPORT_VIEW_UNSPECIFIED, v1::REPORT_VIEW_BASIC}) {
    v1::ReportCallEventResponse response;
    ToProto(receipt, view, kNoLimit, response);
    EXPECT_TRUE(response.duplicate());
  }
}

TEST(ToProtoTest, TheBasicViewOfAReceiptIsPartOfAllOfIt) {
  core::Receipt receipt;
  receipt.call.id = 15;
  receipt.call.customer_number = "+1";
  receipt.event.call_id = 15;
  receipt.event.sequence = 7;
  receipt.event.outcome = domain::EventOutcome::kLate;
  receipt.event.call_status_word = "Completed";
  receipt.event.event.event_id = "e";
  receipt.event.event.provider = "vapi";
  v1::ReportCallEventResponse all;
  ToProto(receipt, v1::REPORT_VIEW_FULL, kNoLimit, all);
  v1::ReportCallEventResponse basic;
  ToProto(receipt, v1::REPORT_VIEW_BASIC, kNoLimit, basic);

  v1::ReportCallEventResponse expected;
  expected.mutable_call()->set_name(all.call().name());
  expected.mutable_event()->set_name(all.event().name());
  expected.mutable_event()->set_sequence(all.event().sequence());
  expected.mutable_event()->set_outcome(all.event().outcome());
  expected.mutable_event()->set_call_status(all.event().call_status());
  expected.mutable_event()->set_call_status_text(all.event().call_status_text());
  EXPECT_EQ(basic.SerializeAsString(), expected.SerializeAsString());
}

TEST(ToProtoTest, AReceiptThatDoesNotFitIsToldInTheBasicView) {
  core::Receipt receipt;
  receipt.duplicate = true;
  receipt.call.id = 15;
  receipt.call.customer_number = "+1";
  v1::ReportCallEventResponse all;
  ToProto(receipt, v1::REPORT_VIEW_FULL, kNoLimit, all);
  for (const std::size_t max_bytes : {all.ByteSizeLong(), all.ByteSizeLong() - 1}) {
    v1::ReportCallEventResponse told;
    ToProto(receipt, v1::REPORT_VIEW_FULL, max_bytes, told);
    EXPECT_EQ(told.call().name(), "calls/15");
    EXPECT_EQ(told.call().customer_number().empty(), max_bytes < all.ByteSizeLong());
    EXPECT_TRUE(told.duplicate());
  }
}

}  // namespace
}  // namespace autopulse::callevents::rpc
