#include "adapter/webhook_answers.h"

#include <gtest/gtest.h>

#include "adapter/json/malformed.h"
#include "google/protobuf/text_format.h"

namespace autopulse::callevents::adapter {
namespace {

// What the sender of an event is told that the service recorded as call 15's.
std::string Recorded(const std::string& event, const std::string& recorded,
                     const std::string& response_fields = "") {
  v1::ReportCallEventRequest request;
  request.set_parent("calls/-");
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(event, request.mutable_event()));
  v1::ReportCallEventResponse response;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(response_fields, &response));
  response.mutable_call()->set_name("calls/15");
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(recorded, response.mutable_event()));
  const HttpAnswer answer = RecordedAnswer(request, response);
  EXPECT_EQ(answer.status, 200);
  return answer.body;
}

TEST(RecordedAnswerTest, SaysTheDocumentsWords) {  // E2
  EXPECT_EQ(Recorded("status_update {}", "call_status_text: 'Ringing'"),
            R"({"status":"success","message":"Call status updated to Ringing","call_id":15})");
  EXPECT_EQ(Recorded("hangup {}", "call_status_text: 'Failed'"),
            R"({"status":"success","message":"Call status updated to Failed after hangup",)"
            R"("call_id":15})");
  EXPECT_EQ(Recorded("end_of_call_report {}", "call_status_text: 'Completed'"),
            R"({"status":"success","message":"Call report processed successfully","call_id":15})");
}

TEST(RecordedAnswerTest, RepeatIsMarked) {  // E2
  EXPECT_EQ(Recorded("status_update {}", "call_status_text: 'Ringing'", "duplicate: true"),
            R"({"status":"success","message":"Call status updated to Ringing","call_id":15,)"
            R"("duplicate":true})");
}

TEST(RecordedAnswerTest, StaleEventAnswersWithTheStatusThatTheCallHas) {  // E2
  EXPECT_EQ(Recorded("status_update { status: CALL_STATUS_RINGING }",
                     "call_status_text: 'Completed' outcome: CALL_EVENT_OUTCOME_STALE"),
            R"({"status":"success","message":"Call status updated to Completed","call_id":15,)"
            R"("stale":true})");
}

TEST(RecordedAnswerTest, LateEventIsASuccess) {  // E2
  EXPECT_EQ(Recorded("status_update {}",
                     "call_status_text: 'Completed' outcome: CALL_EVENT_OUTCOME_LATE"),
            R"({"status":"success","message":"Call status updated to Completed","call_id":15})");
}

TEST(RecordedAnswerTest, SlowAssistantIsAnsweredAsIgnored) {  // V2
  EXPECT_EQ(Recorded("notice { kind: 'hang' }", "outcome: CALL_EVENT_OUTCOME_STALE"),
            R"({"status":"ignored","message":"Event type hang not processed","call_id":15})");
}

TEST(RecordedAnswerTest, OtherNoticeAnswersAsAStaleStatus) {  // V1
  EXPECT_EQ(Recorded("notice { kind: 'not-found' }",
                     "call_status_text: 'In Progress' outcome: CALL_EVENT_OUTCOME_STALE"),
            R"({"status":"success","message":"Call status updated to In Progress","call_id":15,)"
            R"("stale":true})");
}

TEST(IgnoredAnswerTest, NamesTheTypeSafely) {  // V5
  EXPECT_EQ(IgnoredAnswer("speech-update").body,
            R"({"status":"ignored","message":"Event type speech-update not processed"})");
  EXPECT_EQ(IgnoredAnswer("a\"b\n").body,
            R"({"status":"ignored","message":"Event type a\"b\n not processed"})");
  EXPECT_EQ(IgnoredAnswer(std::string(99, 'x') + "éé").body,
            R"({"status":"ignored","message":"Event type )" + std::string(99, 'x') +
                R"(é not processed"})");
}

TEST(MalformedAnswerTest, TellsWhatAndWhere) {  // E1
  const HttpAnswer answer = MalformedAnswer(Malformed("No call_id found", "message.call_id", "no"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body,
            R"({"status":"error","message":"No call_id found","path":"message.call_id",)"
            R"("detail":"no"})");
  EXPECT_EQ(MalformedAnswer(Malformed("Missing event type")).body,
            R"({"status":"error","message":"Missing event type"})");
}

HttpAnswer Failed(const std::string& parent, const absl::Status& error) {
  v1::ReportCallEventRequest request;
  request.set_parent(parent);
  request.mutable_event()->set_provider_call_id("vapi-7");
  return ServiceErrorAnswer(request, error);
}

TEST(ServiceErrorAnswerTest, UnknownCallIsNotFoundInTheDocumentsWords) {  // E1
  EXPECT_EQ(Failed("calls/15", absl::NotFoundError("x")).status, 404);
  EXPECT_EQ(Failed("calls/15", absl::NotFoundError("x")).body,
            R"({"status":"error","message":"Call with ID 15 not found"})");
  EXPECT_EQ(Failed("calls/-", absl::NotFoundError("x")).body,
            R"({"status":"error","message":"Call with ID vapi-7 not found"})");
}

TEST(QueuedAnswerTest, UnknownCallIsAcceptedInTheDocumentsWords) {  // U1, E1
  v1::ReportCallEventRequest request;
  request.set_parent("calls/15");
  const HttpAnswer answer = QueuedAnswer(request, absl::NotFoundError("x"));
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body,
            R"({"status":"error","message":"Call with ID 15 not found","queued":true})");
}

TEST(QueuedAnswerTest, AnythingElseIsAccepted) {
  v1::ReportCallEventRequest request;
  request.set_parent("calls/15");
  EXPECT_EQ(QueuedAnswer(request, absl::UnavailableError("x")).status, 202);
  EXPECT_EQ(QueuedAnswer(request, absl::UnavailableError("x")).body,
            R"({"status":"accepted","message":"Event queued","call_id":15})");
  request.set_parent("calls/-");
  EXPECT_EQ(QueuedAnswer(request, absl::UnavailableError("x")).body,
            R"({"status":"accepted","message":"Event queued"})");
}

TEST(ServiceErrorAnswerTest, WhatARepetitionCanHealIsServiceUnavailable) {
  for (const absl::Status& error :
       {absl::UnavailableError("x"), absl::DeadlineExceededError("x"),
        absl::ResourceExhaustedError("x"), absl::AbortedError("x"), absl::UnauthenticatedError("x"),
        absl::PermissionDeniedError("x")}) {
    const HttpAnswer answer = Failed("calls/15", error);
    EXPECT_EQ(answer.status, 503) << error;
    ASSERT_EQ(answer.headers.size(), 1u);
    EXPECT_EQ(answer.headers[0].first, "Retry-After");
    EXPECT_EQ(answer.headers[0].second, "5");
  }
}

TEST(ServiceErrorAnswerTest, RefusalCarriesTheServicesWords) {
  EXPECT_EQ(Failed("calls/15", absl::InvalidArgumentError("event_id is too long")).status, 400);
  EXPECT_EQ(Failed("calls/15", absl::InvalidArgumentError("event_id is too long")).body,
            R"({"status":"error","message":"event_id is too long"})");
}

TEST(ServiceErrorAnswerTest, AnythingElseTellsNothing) {
  for (const absl::Status& error : {absl::InternalError("secret"), absl::UnknownError("secret"),
                                    absl::DataLossError("secret")}) {
    EXPECT_EQ(Failed("calls/15", error).status, 500);
    EXPECT_EQ(Failed("calls/15", error).body, R"({"status":"error","message":"Internal error"})");
  }
}

}  // namespace
}  // namespace autopulse::callevents::adapter
