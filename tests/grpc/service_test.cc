#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <string>

#include "services/grpc/call_event_service.h"
#include "services/grpc/to_proto.h"
#include "tests/grpc/requests.h"
#include "tests/grpc/served_api.h"

// Creating, reporting and getting, over a socket. Lists are in service_lists_test.cc, the stream in
// watch_calls_test.cc.
namespace autopulse::callevents::rpc {
namespace {

using grpc::StatusCode;
using testing::StartsWith;
using Stub = v1::CallEventService::Stub;

class ServiceTest : public testing::Test {
 protected:
  v1::Call GetCall(const std::string& name) {
    v1::GetCallRequest request;
    request.set_name(name);
    v1::GetCallResponse response;
    const grpc::Status status = api_.Call(&Stub::GetCall, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.call();
  }

  v1::ServiceRecord GetServiceRecord(const std::string& name) {
    v1::GetServiceRecordRequest request;
    request.set_name(name);
    v1::GetServiceRecordResponse response;
    const grpc::Status status = api_.Call(&Stub::GetServiceRecord, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.service_record();
  }

  grpc::Status TryReport(const v1::ReportCallEventRequest& request) {
    v1::ReportCallEventResponse response;
    return api_.Call(&Stub::ReportCallEvent, request, &response);
  }

  grpc::Status TryCreateCall(const std::string& text, v1::Call* call = nullptr) {
    v1::CreateCallResponse response;
    const grpc::Status status =
        api_.Call(&Stub::CreateCall, FromText<v1::CreateCallRequest>(text), &response);
    if (call != nullptr) *call = response.call();
    return status;
  }

  ServedApi api_;
};

TEST_F(ServiceTest, AServiceRecordIsCreatedAndComesBack) {
  v1::CreateServiceRecordResponse created;
  ASSERT_TRUE(api_.Call(&Stub::CreateServiceRecord,
                        FromText<v1::CreateServiceRecordRequest>(
                            "service_record { customer_name: 'Ada' customer_phone: '+1' "
                            "vehicle_info: 'Civic' service_type: 'AC' name: 'ignored' "
                            "status: CALL_STATUS_FAILED appointment_time { seconds: 5 } }"),
                        &created)
                  .ok());
  const v1::ServiceRecord record = GetServiceRecord(created.service_record().name());
  EXPECT_EQ(record.SerializeAsString(), created.service_record().SerializeAsString());
  EXPECT_EQ(record.customer_name(), "Ada");
  EXPECT_EQ(record.appointment_time().seconds(), 5);
  EXPECT_EQ(record.status_text(), "Scheduled");
  EXPECT_TRUE(record.has_create_time());
}

TEST_F(ServiceTest, ACallIsCreatedReadyAndComesBack) {
  api_.RegisterCall();
  const v1::Call call = GetCall("calls/15");
  EXPECT_EQ(call.name(), "calls/15");
  EXPECT_EQ(call.service_record(), "serviceRecords/9");
  EXPECT_EQ(call.status(), v1::CALL_STATUS_READY);
  EXPECT_TRUE(call.has_create_time());
  EXPECT_FALSE(call.has_update_time());
}

TEST_F(ServiceTest, AnIdThatIsTakenAlreadyExists) {
  api_.RegisterCall();
  EXPECT_EQ(TryCreateCall("call {} call_id: '15'").error_code(), StatusCode::ALREADY_EXISTS);
  v1::CreateServiceRecordResponse response;
  EXPECT_EQ(api_.Call(&Stub::CreateServiceRecord,
                      FromText<v1::CreateServiceRecordRequest>(
                          "service_record {} service_record_id: '9'"),
                      &response)
                .error_code(),
            StatusCode::ALREADY_EXISTS);
}

TEST_F(ServiceTest, ACallOfNoServiceRecordIsNotFound) {
  EXPECT_EQ(TryCreateCall("call { service_record: 'serviceRecords/77' }").error_code(),
            StatusCode::NOT_FOUND);
}

TEST_F(ServiceTest, ARequestIdMakesACreationSafeToRepeat) {
  v1::Call first;
  v1::Call second;
  ASSERT_TRUE(TryCreateCall("call { direction: 'inbound' } request_id: 'r'", &first).ok());
  ASSERT_TRUE(TryCreateCall("call { direction: 'inbound' } request_id: 'r'", &second).ok());
  EXPECT_EQ(first.name(), second.name());
  const grpc::Status other = TryCreateCall("call { direction: 'outbound' } request_id: 'r'");
  EXPECT_EQ(other.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(other.error_message(), StartsWith("request_id: "));
}

TEST_F(ServiceTest, ARequestIdOfACallIsNotForAServiceRecord) {
  ASSERT_TRUE(TryCreateCall("call {} request_id: 'r'").ok());
  v1::CreateServiceRecordResponse response;
  EXPECT_EQ(api_.Call(&Stub::CreateServiceRecord,
                      FromText<v1::CreateServiceRecordRequest>("service_record {} request_id: 'r'"),
                      &response)
                .error_code(),
            StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServiceTest, WhatIsNotThereIsNotFound) {
  v1::GetCallResponse call;
  EXPECT_EQ(api_.Call(&Stub::GetCall, FromText<v1::GetCallRequest>("name: 'calls/99'"), &call)
                .error_code(),
            StatusCode::NOT_FOUND);
  v1::GetServiceRecordResponse record;
  EXPECT_EQ(api_.Call(&Stub::GetServiceRecord,
                      FromText<v1::GetServiceRecordRequest>("name: 'serviceRecords/99'"), &record)
                .error_code(),
            StatusCode::NOT_FOUND);
  api_.RegisterCall();
  v1::GetCallEventResponse event;
  for (const char* name : {"name: 'calls/99/events/e'", "name: 'calls/15/events/e'"}) {
    EXPECT_EQ(api_.Call(&Stub::GetCallEvent, FromText<v1::GetCallEventRequest>(name), &event)
                  .error_code(),
              StatusCode::NOT_FOUND);
  }
}

TEST_F(ServiceTest, AWrongNameIsAnInvalidArgument) {
  v1::GetCallResponse call;
  const grpc::Status status =
      api_.Call(&Stub::GetCall, FromText<v1::GetCallRequest>("name: 'calls/-'"), &call);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), StartsWith("name: "));
}

TEST_F(ServiceTest, AnEventChangesTheCallAndItsServiceRecord) {  // S2, M1
  api_.RegisterCall();
  const v1::ReportCallEventResponse response =
      api_.Report(ReportStatus("calls/15", "e", 0, v1::CALL_STATUS_IN_PROGRESS));
  EXPECT_EQ(response.event().name(), "calls/15/events/e");
  EXPECT_EQ(response.event().outcome(), v1::CALL_EVENT_OUTCOME_APPLIED);
  EXPECT_EQ(response.event().call_status(), v1::CALL_STATUS_IN_PROGRESS);
  EXPECT_FALSE(response.duplicate());
  EXPECT_EQ(response.call().SerializeAsString(), GetCall("calls/15").SerializeAsString());
  EXPECT_EQ(response.call().start_time().seconds(), response.event().event_time().seconds());
  EXPECT_EQ(GetServiceRecord("serviceRecords/9").status(), v1::CALL_STATUS_IN_PROGRESS);
}

TEST_F(ServiceTest, ARepeatIsMarkedAndAnsweredAsTheFirstWas) {  // O1
  api_.RegisterCall();
  const auto ringing = ReportStatus("calls/15", "e", 0, v1::CALL_STATUS_RINGING);
  const v1::ReportCallEventResponse first = api_.Report(ringing);
  api_.Report(ReportStatus("calls/15", "f", 1, v1::CALL_STATUS_IN_PROGRESS));
  const v1::ReportCallEventResponse repeat = api_.Report(ringing);
  EXPECT_TRUE(repeat.duplicate());
  EXPECT_EQ(repeat.event().SerializeAsString(), first.event().SerializeAsString());
  EXPECT_EQ(repeat.call().status(), v1::CALL_STATUS_IN_PROGRESS);
}

TEST_F(ServiceTest, AReportIsToldAsMuchAsItAsksFor) {
  api_.RegisterCall();
  v1::ReportCallEventRequest ringing = ReportStatus("calls/15", "e", 0, v1::CALL_STATUS_RINGING);
  EXPECT_TRUE(api_.Report(ringing).event().has_status_update());
  ringing.set_view(v1::REPORT_VIEW_BASIC);
  EXPECT_FALSE(api_.Report(ringing).event().has_status_update());

  v1::BatchReportCallEventsRequest request;
  *request.add_requests() = ringing;
  request.add_requests()->CopyFrom(ringing);
  request.mutable_requests(1)->set_view(v1::REPORT_VIEW_FULL);
  v1::BatchReportCallEventsResponse response;
  ASSERT_TRUE(api_.Call(&Stub::BatchReportCallEvents, request, &response).ok());
  ASSERT_EQ(response.results_size(), 2);
  EXPECT_FALSE(response.results(0).response().event().has_status_update());
  EXPECT_TRUE(response.results(1).response().event().has_status_update());
}

TEST_F(ServiceTest, WhatIsToldOfReportsFitsAMessageHoweverMuchTheyHold) {
  api_.RegisterCall();
  v1::ReportCallEventRequest report = Report("calls/15", "e", 0, "end_of_call_report {}");
  report.mutable_event()->mutable_end_of_call_report()->mutable_analysis()->set_summary(
      std::string(kMaxToldBytes / 5, 'x'));
  v1::BatchReportCallEventsRequest batch;
  for (int i = 0; i < 4; ++i) *batch.add_requests() = report;
  // A client that was told nothing takes 4 MiB.
  const auto stub = v1::CallEventService::NewStub(
      grpc::CreateChannel(api_.address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  ServedApi::SetDeadline(context);
  v1::BatchReportCallEventsResponse response;
  ASSERT_TRUE(stub->BatchReportCallEvents(&context, batch, &response).ok());
  EXPECT_TRUE(response.results(0).response().event().has_end_of_call_report());
  EXPECT_FALSE(response.results(3).response().event().has_end_of_call_report());
  EXPECT_EQ(response.results(3).response().event().name(), "calls/15/events/e");
}

TEST_F(ServiceTest, AnEventComesBackWithoutItsTranscript) {
  api_.RegisterCall();
  api_.Report(Report("calls/15", "e", 0,
                     "end_of_call_report { transcript_entries { role: 'human' content: 'hi' } }"));
  v1::GetCallEventResponse event;
  ASSERT_TRUE(api_.Call(&Stub::GetCallEvent,
                        FromText<v1::GetCallEventRequest>("name: 'calls/15/events/e'"), &event)
                  .ok());
  EXPECT_TRUE(event.event().has_end_of_call_report());
  EXPECT_EQ(event.event().end_of_call_report().transcript_entries_size(), 0);
}

TEST_F(ServiceTest, AnEventOfAnUnknownCallIsNotFound) {  // E1
  EXPECT_EQ(TryReport(ReportStatus("calls/99", "e", 0, v1::CALL_STATUS_RINGING)).error_code(),
            StatusCode::NOT_FOUND);
}

TEST_F(ServiceTest, AWrongEventIsAnInvalidArgument) {
  const grpc::Status status =
      TryReport(ReportStatus("calls/15", "no id", 0, v1::CALL_STATUS_RINGING));
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), StartsWith("event_id: "));
}

TEST_F(ServiceTest, AnUnknownProvidersCallIsRegisteredOnRequest) {  // U1
  v1::ReportCallEventRequest request =
      Report("calls/-", "e", 0, "provider_call_id: 'p' status_update { status: 2 }");
  EXPECT_EQ(TryReport(request).error_code(), StatusCode::NOT_FOUND);
  request.mutable_call_if_unknown()->set_direction("inbound");
  const v1::ReportCallEventResponse response = api_.Report(request);
  EXPECT_EQ(response.call().direction(), "inbound");
  EXPECT_EQ(response.call().provider_call_id(), "p");
  request.set_event_id("f");
  EXPECT_EQ(api_.Report(request).call().name(), response.call().name());
}

TEST_F(ServiceTest, ADatabaseThatIsAwayIsUnavailable) {
  api_.RegisterCall();
  api_.store.FailNextCommit(absl::UnavailableError("the disk is full"));
  EXPECT_EQ(TryReport(ReportStatus("calls/15", "e", 0, v1::CALL_STATUS_RINGING)).error_code(),
            StatusCode::UNAVAILABLE);
  EXPECT_FALSE(api_.Report(ReportStatus("calls/15", "e", 0, v1::CALL_STATUS_RINGING)).duplicate());
}

TEST_F(ServiceTest, ARaceThatIsLostTooOftenIsAborted) {
  for (int i = 0; i < 4; ++i) api_.store.FailNextCommit(absl::AbortedError("lost"));
  EXPECT_EQ(TryCreateCall("call {}").error_code(), StatusCode::ABORTED);
}

TEST_F(ServiceTest, ABatchIsAnsweredInItsOrderEachEventByItself) {
  api_.RegisterCall();
  v1::BatchReportCallEventsRequest request;
  *request.add_requests() = ReportStatus("calls/15", "a", 0, v1::CALL_STATUS_RINGING);
  *request.add_requests() = ReportStatus("calls/99", "b", 0, v1::CALL_STATUS_RINGING);
  *request.add_requests() = ReportStatus("calls/15", "no id", 0, v1::CALL_STATUS_RINGING);
  *request.add_requests() = ReportStatus("calls/15", "a", 0, v1::CALL_STATUS_RINGING);
  *request.add_requests() = ReportStatus("calls/15", "c", 1, v1::CALL_STATUS_IN_PROGRESS);
  v1::BatchReportCallEventsResponse response;
  ASSERT_TRUE(api_.Call(&Stub::BatchReportCallEvents, request, &response).ok());
  ASSERT_EQ(response.results_size(), 5);
  EXPECT_EQ(response.results(0).response().event().name(), "calls/15/events/a");
  EXPECT_EQ(response.results(1).error().code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(response.results(2).error().code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(response.results(2).error().message(), StartsWith("event_id: "));
  EXPECT_TRUE(response.results(3).response().duplicate());
  EXPECT_EQ(response.results(4).response().call().status(), v1::CALL_STATUS_IN_PROGRESS);
}

TEST_F(ServiceTest, ABatchOfWrongEventsIsAnsweredAsWell) {
  v1::BatchReportCallEventsRequest request;
  request.add_requests();
  request.add_requests();
  v1::BatchReportCallEventsResponse response;
  ASSERT_TRUE(api_.Call(&Stub::BatchReportCallEvents, request, &response).ok());
  ASSERT_EQ(response.results_size(), 2);
  EXPECT_EQ(response.results(1).error().code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServiceTest, ABatchOfNothingOrOfTooManyIsRefused) {
  v1::BatchReportCallEventsRequest request;
  v1::BatchReportCallEventsResponse response;
  EXPECT_EQ(api_.Call(&Stub::BatchReportCallEvents, request, &response).error_code(),
            StatusCode::INVALID_ARGUMENT);
  for (int i = 0; i < 501; ++i) request.add_requests();
  EXPECT_EQ(api_.Call(&Stub::BatchReportCallEvents, request, &response).error_code(),
            StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServiceTest, AFullBatchIsRecordedInItsOrder) {
  api_.RegisterCall();
  v1::BatchReportCallEventsRequest request;
  for (int i = 0; i < 500; ++i) {
    *request.add_requests() =
        Report("calls/15", "e" + std::to_string(i), i, "notice { kind: 'hang' }");
  }
  v1::BatchReportCallEventsResponse response;
  ASSERT_TRUE(api_.Call(&Stub::BatchReportCallEvents, request, &response).ok());
  ASSERT_EQ(response.results_size(), 500);
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(response.results(i).response().event().sequence(), i + 1);
  }
}

}  // namespace
}  // namespace autopulse::callevents::rpc
