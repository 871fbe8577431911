#include "services/grpc/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/base/limits.h"
#include "tests/grpc/requests.h"
#include "tests/message_fields.h"

namespace autopulse::callevents::rpc {
namespace {

using testing::StartsWith;

template <typename Request>
void ExpectRefusal(const Request& request, const std::string& field) {
  const absl::Status status = Validate(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field;
  EXPECT_THAT(std::string(status.message()), StartsWith(field + ": "));
}

v1::ReportCallEventRequest Valid() {
  return ReportStatus("calls/15", "e-1_A", 0, v1::CALL_STATUS_RINGING);
}

// A report with this in it.
v1::ReportCallEventRequest ReportWith(const std::string& fields) {
  return Report("calls/15", "e", 0, "end_of_call_report { " + fields + " }");
}

// Puts something into the field that no field of its type may hold. False if there is no such
// thing.
bool Spoil(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (field.cpp_type() == field.CPPTYPE_STRING) {
    reflection.SetString(&message, &field, std::string("a\0b", 3));
  } else if (field.cpp_type() == field.CPPTYPE_ENUM) {
    reflection.SetEnumValue(&message, &field, 99);
  } else if (field.cpp_type() == field.CPPTYPE_MESSAGE) {  // a time or a duration
    google::protobuf::Message& inner = *reflection.MutableMessage(&message, &field);
    inner.GetReflection()->SetInt32(&inner, inner.GetDescriptor()->FindFieldByName("nanos"),
                                    2'000'000'000);
  } else {
    return false;
  }
  return true;
}

// Adds the fields of `part`, which is of `request`, that are spoilt and taken all the same.
void AddUnchecked(const v1::ReportCallEventRequest& request, google::protobuf::Message& part,
                  FieldNames& names) {
  const google::protobuf::Reflection& reflection = *part.GetReflection();
  const std::unique_ptr<google::protobuf::Message> good(part.New());
  good->CopyFrom(part);
  for (int i = 0; i < part.GetDescriptor()->field_count(); ++i) {
    const google::protobuf::FieldDescriptor& field = *part.GetDescriptor()->field(i);
    if (field.real_containing_oneof() != nullptr && !reflection.HasField(part, &field)) continue;
    if (HasFieldsOfOurs(field)) {
      google::protobuf::Message* const inner = field.is_repeated()
                                                   ? reflection.AddMessage(&part, &field)
                                                   : reflection.MutableMessage(&part, &field);
      AddUnchecked(request, *inner, names);
    } else if (Spoil(part, field) && Validate(request).ok()) {
      names.insert(NameOf(field));
    }
    part.CopyFrom(*good);
  }
}

TEST(ValidationTest, EveryFieldOfAnEventThatIsReadIsChecked) {
  FieldNames unchecked;
  for (const char* detail : {"status_update { status: CALL_STATUS_RINGING }", "hangup {}",
                             "notice { kind: 'hang' }", "end_of_call_report {}"}) {
    v1::ReportCallEventRequest request = Report("calls/15", "e", 0, detail);
    ASSERT_EQ(Validate(request), absl::OkStatus());
    AddUnchecked(request, *request.mutable_event(), unchecked);
  }
  const FieldNames output_only = {
      "CallEvent.name",       "CallEvent.outcome",          "CallEvent.call_status",
      "TranscriptEntry.name", "CallEvent.call_status_text", "CallEvent.create_time",
      "CallEvent.forget_time"};
  EXPECT_EQ(unchecked, output_only);
}

TEST(ValidationTest, GoodEventsPass) {
  EXPECT_EQ(Validate(Valid()), absl::OkStatus());
  EXPECT_EQ(Validate(ReportWith("")), absl::OkStatus());
  EXPECT_EQ(Validate(Report("calls/15", "e", 0, "hangup {}")), absl::OkStatus());
  EXPECT_EQ(Validate(Report("calls/-", "e", 0, "provider_call_id: 'p' notice { kind: 'hang' }")),
            absl::OkStatus());
}

TEST(ValidationTest, TheParentIsACall) {
  for (const char* parent : {"", "15", "calls/x", "serviceRecords/15"}) {
    v1::ReportCallEventRequest request = Valid();
    request.set_parent(parent);
    ExpectRefusal(request, "parent");
  }
}

TEST(ValidationTest, TheEventIdIsOneTo64SafeCharacters) {  // O1
  for (const std::string& event_id :
       {std::string(), std::string(65, 'a'), std::string("a b"), std::string("a/b"),
        std::string("a\nb"), std::string("\xc3\xa4")}) {
    v1::ReportCallEventRequest request = Valid();
    request.set_event_id(event_id);
    ExpectRefusal(request, "event_id");
  }
  v1::ReportCallEventRequest request = Valid();
  request.set_event_id(std::string(64, 'a'));
  EXPECT_EQ(Validate(request), absl::OkStatus());
}

TEST(ValidationTest, AnEventNeedsItsDetail) {
  v1::ReportCallEventRequest request = Valid();
  request.mutable_event()->clear_detail();
  ExpectRefusal(request, "event.detail");
  request.clear_event();
  ExpectRefusal(request, "event");
}

TEST(ValidationTest, EachWrongFieldIsNamed) {
  struct Row {
    const char* detail;
    const char* field;
  };
  const Row kRows[] = {
      {"status_update {}", "event.status_update.status"},
      {"status_update { status: 1 ended_reason: 'a\\000b' }", "event.status_update.ended_reason"},
      {"notice {}", "event.notice.kind"},
      {"notice { kind: 'a\\000b' }", "event.notice.kind"},
      {"hangup { provider_reason: 'a\\000b' }", "event.hangup.provider_reason"},
      {"hangup {} provider: 'a name of 21 letters.'", "event.provider"},
      {"hangup {} provider_call_create_time { nanos: -1 }", "event.provider_call_create_time"},
      {"hangup {} provider_call_create_time { seconds: 253402300800 }",
       "event.provider_call_create_time"},
      {"hangup {} provider_call_create_time { seconds: -62135596801 }",
       "event.provider_call_create_time"},
  };
  for (const Row& row : kRows) ExpectRefusal(Report("calls/15", "e", 0, row.detail), row.field);
}

TEST(ValidationTest, EachWrongFieldOfAReportIsNamed) {
  struct Row {
    const char* fields;
    const char* field;
  };
  const Row kRows[] = {
      {"start_time { nanos: 1000000000 }", "start_time"},
      {"end_time { seconds: 253402300800 }", "end_time"},
      {"duration { seconds: 2147483648 }", "duration"},
      {"duration { seconds: 1 nanos: -1 }", "duration"},
      {"reported_duration { seconds: 2147484 }", "reported_duration"},
      {"reported_duration { seconds: 315576000001 }", "reported_duration"},
      {"ended_reason: 'a\\000b'", "ended_reason"},
      {"cost_usd: '1e3'", "cost_usd"},
      {"cost_usd: '1000000'", "cost_usd"},
      {"recording_url: 'a\\000b'", "recording_url"},
      {"recording_expire_time { nanos: -1 }", "recording_expire_time"},
      {"analysis { summary: 'a\\000b' }", "analysis.summary"},
      {"analysis { success_evaluation: 'a\\000b' }", "analysis.success_evaluation"},
      {"analysis { structured_data_json: 'a\\000b' }", "analysis.structured_data_json"},
      {"transcript_entries {} transcript_entries { content: 'a\\000b' }",
       "transcript_entries[1].content"},
      {"transcript_entries { start_time { nanos: -1 } }", "transcript_entries[0].start_time"},
      {"transcript_entries { end_time { nanos: -1 } }", "transcript_entries[0].end_time"},
      {"transcript_entries { start_offset { seconds: 1 nanos: -1 } }",
       "transcript_entries[0].start_offset"},
      {"transcript_entries { duration { seconds: 2147484 } }", "transcript_entries[0].duration"},
  };
  for (const Row& row : kRows) {
    ExpectRefusal(ReportWith(row.fields), std::string("event.end_of_call_report.") + row.field);
  }
}

TEST(ValidationTest, TextIsAsLongAsItsColumn) {  // D1, D3
  v1::ReportCallEventRequest request = Valid();
  request.mutable_event()->set_provider_call_id(std::string(base::kMaxProviderCallIdLength, 'p'));
  EXPECT_EQ(Validate(request), absl::OkStatus());
  request.mutable_event()->set_provider_call_id(
      std::string(base::kMaxProviderCallIdLength + 1, 'p'));
  ExpectRefusal(request, "event.provider_call_id");

  request = ReportWith("transcript_entries {}");
  v1::TranscriptEntry& entry =
      *request.mutable_event()->mutable_end_of_call_report()->mutable_transcript_entries(0);
  entry.set_role(std::string(base::kMaxRoleLength + 1, 'r'));
  ExpectRefusal(request, "event.end_of_call_report.transcript_entries[0].role");
}

TEST(ValidationTest, ATranscriptHasNotAnyNumberOfLines) {  // FT32
  std::string entries;
  for (int i = 0; i < base::kMaxTranscriptEntries; ++i) entries += "transcript_entries {}";
  EXPECT_EQ(Validate(ReportWith(entries)), absl::OkStatus());
  ExpectRefusal(ReportWith(entries + "transcript_entries {}"),
                "event.end_of_call_report.transcript_entries");
}

TEST(ValidationTest, AnEndedReasonMayBeLong) {  // V7
  EXPECT_EQ(Validate(ReportWith("ended_reason: '" + std::string(500, 'x') + "'")),
            absl::OkStatus());
}

TEST(ValidationTest, CharactersAreCountedAndNotBytes) {
  v1::CreateCallRequest request;
  for (std::size_t i = 0; i < base::kMaxDirectionLength; ++i) {
    request.mutable_call()->mutable_direction()->append("ä");
  }
  EXPECT_EQ(Validate(request), absl::OkStatus());
  request.mutable_call()->mutable_direction()->append("ä");
  ExpectRefusal(request, "call.direction");
}

TEST(ValidationTest, AnEnumValueThatIsNoneIsRefused) {
  v1::ReportCallEventRequest request = Valid();
  request.mutable_event()->mutable_status_update()->set_status(static_cast<v1::CallStatus>(77));
  ExpectRefusal(request, "event.status_update.status");
  request = Valid();
  request.mutable_event()->mutable_status_update()->set_ended_reason_group(
      static_cast<v1::EndedReasonGroup>(77));
  ExpectRefusal(request, "event.status_update.ended_reason_group");
  request = Report("calls/15", "e", 0, "hangup {}");
  request.mutable_event()->mutable_hangup()->set_reason(static_cast<v1::HangupReason>(-1));
  ExpectRefusal(request, "event.hangup.reason");
  request = ReportWith("");
  request.mutable_event()->mutable_end_of_call_report()->set_ended_reason_group(
      static_cast<v1::EndedReasonGroup>(77));
  ExpectRefusal(request, "event.end_of_call_report.ended_reason_group");
  request = Valid();
  request.set_view(static_cast<v1::ReportView>(77));
  ExpectRefusal(request, "view");
}

TEST(ValidationTest, TheWildcardNeedsAProvidersCall) {  // U1
  ExpectRefusal(Report("calls/-", "e", 0, "hangup {}"), "event.provider_call_id");
}

TEST(ValidationTest, ACallToRegisterGoesWithTheWildcardOnly) {  // U1
  v1::ReportCallEventRequest request = Valid();
  request.mutable_call_if_unknown();
  ExpectRefusal(request, "call_if_unknown");
  request.set_parent("calls/-");
  request.mutable_event()->set_provider_call_id("p");
  EXPECT_EQ(Validate(request), absl::OkStatus());
  request.mutable_call_if_unknown()->set_service_record("9");
  ExpectRefusal(request, "call_if_unknown.service_record");
}

TEST(ValidationTest, ACallIsCheckedFieldByField) {
  using Change = std::function<void(v1::CreateCallRequest&)>;
  struct Row {
    const char* field;
    Change change;
  };
  const std::vector<Row> rows = {
      {"call.service_record", [](auto& r) { r.mutable_call()->set_service_record("calls/1"); }},
      {"call.customer_number",
       [](auto& r) { r.mutable_call()->set_customer_number(std::string(21, '1')); }},
      {"call.direction", [](auto& r) { r.mutable_call()->set_direction(std::string(11, 'x')); }},
      {"call.provider_call_id",
       [](auto& r) { r.mutable_call()->set_provider_call_id(std::string(101, 'x')); }},
      {"call_id", [](auto& r) { r.set_call_id("0"); }},
      {"request_id", [](auto& r) { r.set_request_id(std::string(37, 'x')); }},
      {"call", [](auto& r) { r.clear_call(); }},
  };
  for (const Row& row : rows) {
    v1::CreateCallRequest request;
    request.mutable_call();
    ASSERT_EQ(Validate(request), absl::OkStatus());
    row.change(request);
    ExpectRefusal(request, row.field);
  }
}

TEST(ValidationTest, AServiceRecordIsCheckedFieldByField) {
  using Change = std::function<void(v1::CreateServiceRecordRequest&)>;
  struct Row {
    const char* field;
    Change change;
  };
  const std::string long_text(101, 'x');
  const std::vector<Row> rows = {
      {"service_record.customer_name",
       [&](auto& r) { r.mutable_service_record()->set_customer_name(long_text); }},
      {"service_record.customer_phone",
       [&](auto& r) { r.mutable_service_record()->set_customer_phone(long_text); }},
      {"service_record.vehicle_info",
       [&](auto& r) { r.mutable_service_record()->set_vehicle_info(long_text); }},
      {"service_record.service_type",
       [&](auto& r) { r.mutable_service_record()->set_service_type(long_text); }},
      {"service_record.appointment_time",
       [](auto& r) { r.mutable_service_record()->mutable_appointment_time()->set_nanos(-1); }},
      {"service_record_id", [](auto& r) { r.set_service_record_id("nine"); }},
      {"request_id", [&](auto& r) { r.set_request_id(long_text); }},
      {"service_record", [](auto& r) { r.clear_service_record(); }},
  };
  for (const Row& row : rows) {
    v1::CreateServiceRecordRequest request;
    request.mutable_service_record();
    ASSERT_EQ(Validate(request), absl::OkStatus());
    row.change(request);
    ExpectRefusal(request, row.field);
  }
}

TEST(ValidationTest, ABatchHasOneTo500Requests) {
  v1::BatchReportCallEventsRequest request;
  ExpectRefusal(request, "requests");
  for (int i = 0; i < base::kMaxBatchSize; ++i) request.add_requests();
  EXPECT_EQ(Validate(request), absl::OkStatus()) << "each of them is checked by itself";
  request.add_requests();
  ExpectRefusal(request, "requests");
}

TEST(ValidationTest, TheReportsOfABatchHaveNotAnyNumberOfLinesTogether) {  // FT32
  v1::BatchReportCallEventsRequest request;
  for (int missing = base::kMaxBatchTranscriptEntries; missing > 0;) {
    auto& report = *request.add_requests()->mutable_event()->mutable_end_of_call_report();
    for (int i = 0; i < base::kMaxTranscriptEntries && missing > 0; ++i, --missing) {
      report.add_transcript_entries();
    }
  }
  EXPECT_EQ(Validate(request), absl::OkStatus());
  request.add_requests()->mutable_event()->mutable_end_of_call_report()->add_transcript_entries();
  ExpectRefusal(request, "requests");
}

}  // namespace
}  // namespace autopulse::callevents::rpc
