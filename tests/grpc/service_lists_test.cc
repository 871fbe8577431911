#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/domain/events.h"
#include "tests/grpc/requests.h"
#include "tests/grpc/served_api.h"

// The lists, page by page, over a socket.
namespace autopulse::callevents::rpc {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;
using Stub = v1::CallEventService::Stub;

class ServiceListsTest : public testing::Test {
 protected:
  // `calls/1` to `calls/count`; the even ones are Failed, and each began `id` seconds after 12:00
  // but for the last, of which that is not known.
  void RegisterCalls(int count) {
    api_.store.Change([count](fakes::FakeTables& tables) {
      for (int id = 1; id <= count; ++id) {
        domain::Call& call = tables.calls[id];
        call.id = id;
        if (id % 2 == 0) call.state.status_word = "Failed";
        if (id < count) call.state.start_time = domain::At(id);
      }
    });
  }

  // The names of all pages of `page_size`.
  std::vector<std::string> ListCalls(const std::string& text) {
    auto request = FromText<v1::ListCallsRequest>(text);
    std::vector<std::string> names;
    do {
      v1::ListCallsResponse page;
      const grpc::Status status = api_.Call(&Stub::ListCalls, request, &page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      if (!status.ok()) return names;
      for (const v1::Call& call : page.calls()) names.push_back(call.name());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return names;
  }

  grpc::Status TryListCalls(const std::string& text) {
    v1::ListCallsResponse page;
    return api_.Call(&Stub::ListCalls, FromText<v1::ListCallsRequest>(text), &page);
  }

  ServedApi api_;
};

TEST_F(ServiceListsTest, TheNewestCallsComeFirst) {
  RegisterCalls(3);
  EXPECT_THAT(ListCalls(""), ElementsAre("calls/3", "calls/2", "calls/1"));
}

TEST_F(ServiceListsTest, PagesFollowEachOtherWithoutGapOrRepetition) {
  RegisterCalls(5);
  for (const char* size : {"page_size: 1", "page_size: 2", "page_size: 4", "page_size: 5"}) {
    EXPECT_THAT(ListCalls(size),
                ElementsAre("calls/5", "calls/4", "calls/3", "calls/2", "calls/1"));
  }
}

TEST_F(ServiceListsTest, AnOrderByTimeHasItsPagesToo) {
  RegisterCalls(5);
  EXPECT_THAT(ListCalls("page_size: 2 order_by: 'start_time'"),
              ElementsAre("calls/1", "calls/2", "calls/3", "calls/4", "calls/5"));
  EXPECT_THAT(ListCalls("page_size: 2 order_by: 'start_time desc'"),
              ElementsAre("calls/4", "calls/3", "calls/2", "calls/1", "calls/5"))
      << "absent times come last in both directions";
}

TEST_F(ServiceListsTest, AFilterChoosesCalls) {
  RegisterCalls(5);
  EXPECT_THAT(ListCalls("filter: 'status = CALL_STATUS_FAILED'"),
              ElementsAre("calls/4", "calls/2"));
  EXPECT_THAT(ListCalls("page_size: 1 filter: 'status = Ready AND "
                        "start_time >= \"2025-05-01T12:00:02Z\"'"),
              ElementsAre("calls/3"));
}

TEST_F(ServiceListsTest, ATokenOfAnotherListIsRefused) {
  RegisterCalls(3);
  v1::ListCallsResponse page;
  ASSERT_TRUE(
      api_.Call(&Stub::ListCalls, FromText<v1::ListCallsRequest>("page_size: 1"), &page).ok());
  const std::string token = "page_token: '" + page.next_page_token() + "' ";
  EXPECT_EQ(TryListCalls(token).error_code(), StatusCode::OK);
  const grpc::Status refused = TryListCalls(token + "filter: 'status = Ready'");
  EXPECT_EQ(refused.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), StartsWith("page_token: "));
  EXPECT_EQ(TryListCalls(token + "order_by: 'end_time'").error_code(),
            StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServiceListsTest, WhatIsWrongInARequestIsNamed) {
  struct Row {
    const char* request;
    const char* field;
  };
  for (const Row& row :
       {Row{"page_size: -1", "page_size: "}, Row{"page_token: 'x'", "page_token: "},
        Row{"filter: 'x'", "filter: "}, Row{"order_by: 'x'", "order_by: "}}) {
    const grpc::Status status = TryListCalls(row.request);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << row.request;
    EXPECT_THAT(status.error_message(), StartsWith(row.field));
  }
}

TEST_F(ServiceListsTest, ServiceRecordsComeNewestFirstPageByPage) {
  api_.store.Change([](fakes::FakeTables& tables) {
    for (int id = 1; id <= 3; ++id) tables.service_records[id].id = id;
  });
  v1::ListServiceRecordsRequest request;
  request.set_page_size(2);
  v1::ListServiceRecordsResponse page;
  ASSERT_TRUE(api_.Call(&Stub::ListServiceRecords, request, &page).ok());
  ASSERT_EQ(page.service_records_size(), 2);
  EXPECT_EQ(page.service_records(0).name(), "serviceRecords/3");
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(api_.Call(&Stub::ListServiceRecords, request, &page).ok());
  ASSERT_EQ(page.service_records_size(), 1);
  EXPECT_EQ(page.service_records(0).name(), "serviceRecords/1");
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(ServiceListsTest, EventsComeInTheOrderInWhichTheyWereRecorded) {
  api_.RegisterCall();
  api_.Report(ReportStatus("calls/15", "b", 5, v1::CALL_STATUS_IN_PROGRESS));
  api_.Report(ReportStatus("calls/15", "a", 1, v1::CALL_STATUS_RINGING));
  api_.Report(Report("calls/15", "n", 6, "notice { kind: 'hang' }"));
  auto request = FromText<v1::ListCallEventsRequest>("parent: 'calls/15' page_size: 2");
  v1::ListCallEventsResponse page;
  ASSERT_TRUE(api_.Call(&Stub::ListCallEvents, request, &page).ok());
  ASSERT_EQ(page.events_size(), 2);
  EXPECT_EQ(page.events(0).name(), "calls/15/events/b");
  EXPECT_EQ(page.events(1).outcome(), v1::CALL_EVENT_OUTCOME_STALE);
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(api_.Call(&Stub::ListCallEvents, request, &page).ok());
  ASSERT_EQ(page.events_size(), 1);
  EXPECT_EQ(page.events(0).notice().kind(), "hang");
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(ServiceListsTest, TheTranscriptComesInTheOrderInWhichItWasSaid) {  // R6
  api_.RegisterCall();
  api_.Report(Report("calls/15", "e", 0,
                     "end_of_call_report { transcript_entries { role: 'assistant' content: '1' } "
                     "transcript_entries { role: 'human' content: '2' } "
                     "transcript_entries { role: 'assistant' content: '3' } }"));
  auto request = FromText<v1::ListTranscriptEntriesRequest>("parent: 'calls/15' page_size: 2");
  std::string said;
  std::string names;
  do {
    v1::ListTranscriptEntriesResponse page;
    ASSERT_TRUE(api_.Call(&Stub::ListTranscriptEntries, request, &page).ok());
    for (const v1::TranscriptEntry& entry : page.transcript_entries()) {
      said += entry.content();
      EXPECT_THAT(entry.name(), StartsWith("calls/15/transcriptEntries/"));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(said, "123");
}

TEST_F(ServiceListsTest, AttemptsComeOldestFirstEachWithItsOwnTranscript) {  // O5
  api_.RegisterCall();
  api_.Report(
      Report("calls/15", "b", 100, "provider_call_id: 'second' status_update { status: 2 }"));
  api_.Report(Report("calls/15", "a", 0,
                     "provider_call_id: 'first' end_of_call_report { ended_reason: 'voicemail' "
                     "transcript_entries { content: 'hi' } }"));
  auto request = FromText<v1::ListCallAttemptsRequest>("parent: 'calls/15' page_size: 1");
  v1::ListCallAttemptsResponse page;
  ASSERT_TRUE(api_.Call(&Stub::ListCallAttempts, request, &page).ok());
  ASSERT_EQ(page.call_attempts_size(), 1);
  EXPECT_EQ(page.call_attempts(0).provider_call_id(), "first");
  EXPECT_EQ(page.call_attempts(0).ended_reason(), "voicemail");
  EXPECT_EQ(page.call_attempts(0).transcript_entries_size(), 1);
  EXPECT_FALSE(page.call_attempts(0).newest());
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(api_.Call(&Stub::ListCallAttempts, request, &page).ok());
  ASSERT_EQ(page.call_attempts_size(), 1);
  EXPECT_EQ(page.call_attempts(0).provider_call_id(), "second");
  EXPECT_EQ(page.call_attempts(0).status(), v1::CALL_STATUS_RINGING);
  EXPECT_TRUE(page.call_attempts(0).newest());
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(ServiceListsTest, WhatACallHasNoneOfIsAnEmptyList) {
  api_.RegisterCall();
  v1::ListCallEventsResponse events;
  EXPECT_TRUE(api_.Call(&Stub::ListCallEvents,
                        FromText<v1::ListCallEventsRequest>("parent: 'calls/15'"), &events)
                  .ok());
  EXPECT_THAT(events.events(), IsEmpty());
  v1::ListCallAttemptsResponse attempts;
  EXPECT_TRUE(api_.Call(&Stub::ListCallAttempts,
                        FromText<v1::ListCallAttemptsRequest>("parent: 'calls/15'"), &attempts)
                  .ok());
  EXPECT_THAT(attempts.call_attempts(), IsEmpty());
}

TEST_F(ServiceListsTest, TheListsOfACallThatIsNotThereAreNotFound) {
  v1::ListCallEventsResponse events;
  EXPECT_EQ(api_.Call(&Stub::ListCallEvents,
                      FromText<v1::ListCallEventsRequest>("parent: 'calls/99'"), &events)
                .error_code(),
            StatusCode::NOT_FOUND);
  v1::ListTranscriptEntriesResponse transcript;
  EXPECT_EQ(api_.Call(&Stub::ListTranscriptEntries,
                      FromText<v1::ListTranscriptEntriesRequest>("parent: 'calls/99'"), &transcript)
                .error_code(),
            StatusCode::NOT_FOUND);
  v1::ListCallAttemptsResponse attempts;
  EXPECT_EQ(api_.Call(&Stub::ListCallAttempts,
                      FromText<v1::ListCallAttemptsRequest>("parent: 'calls/99'"), &attempts)
                .error_code(),
            StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace autopulse::callevents::rpc
