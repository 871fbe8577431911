#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/grpc/queries.h"
#include "tests/domain/events.h"
#include "tests/fakes/fake_transaction.h"
#include "tests/grpc/requests.h"
#include "tests/grpc/served_api.h"

// Lists of large elements, read as every client of gRPC does that was told nothing: it takes
// messages of 4 MiB.
namespace autopulse::callevents::rpc {
namespace {

using testing::ElementsAre;
using Stub = v1::CallEventService::Stub;

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

class LargePagesTest : public testing::Test {
 protected:
  LargePagesTest() { api_.RegisterCall(); }

  // The elements of each page of a list, as `describe` has them.
  template <typename Request, typename Response, typename Item, typename Describe>
  std::vector<std::string> Pages(
      grpc::Status (Stub::*list)(grpc::ClientContext*, const Request&, Response*), Request request,
      const google::protobuf::RepeatedPtrField<Item>& (Response::*items)() const,
      Describe describe) {
    std::vector<std::string> pages;
    do {
      Response page;
      const grpc::Status status = api_.Call(list, request, &page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      if (!status.ok()) return pages;
      std::string& described = pages.emplace_back();
      for (const auto& item : (page.*items)()) absl::StrAppend(&described, describe(item), " ");
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return pages;
  }

  // One report of `bytes` for each of so many attempts, in the analysis and in the transcript.
  void ReportAttempts(int count, std::size_t bytes) {
    for (int i = 0; i < count; ++i) {
      const std::string id = absl::StrCat("e", i);
      auto report = Report("calls/15", id, i, "end_of_call_report { transcript_entries {} }");
      report.set_view(v1::REPORT_VIEW_BASIC);
      report.mutable_event()->set_provider_call_id(id);
      v1::EndOfCallReport& detail = *report.mutable_event()->mutable_end_of_call_report();
      detail.mutable_transcript_entries(0)->set_content(std::string(bytes / 2, 'x'));
      detail.mutable_analysis()->set_summary(std::string(bytes / 2, 'x'));
      api_.Report(report);
    }
  }

  std::vector<std::string> Attempts() {
    return Pages(&Stub::ListCallAttempts,
                 FromText<v1::ListCallAttemptsRequest>("parent: 'calls/15'"),
                 &v1::ListCallAttemptsResponse::call_attempts, [](const v1::CallAttempt& attempt) {
                   return absl::StrCat(attempt.provider_call_id(), attempt.newest() ? "!" : "");
                 });
  }

  ServedApi api_;
};

TEST_F(LargePagesTest, APageOfAttemptsIsCutWhereItIsFull) {
  ReportAttempts(4, kMebibyte);
  EXPECT_THAT(Attempts(), ElementsAre("e0 e1 ", "e2 e3! "));
}

TEST_F(LargePagesTest, WhatIsLargerThanAPageIsOneByItself) {
  ReportAttempts(2, 7 * kMebibyte / 2);
  EXPECT_THAT(Attempts(), ElementsAre("e0 ", "e1! "));
}

TEST_F(LargePagesTest, APageOfEventsIsCutWhereItIsFull) {
  ReportAttempts(5, 2 * kMebibyte);  // their transcripts are not listed
  EXPECT_THAT(
      Pages(&Stub::ListCallEvents, FromText<v1::ListCallEventsRequest>("parent: 'calls/15'"),
            &v1::ListCallEventsResponse::events,
            [](const v1::CallEvent& event) { return event.provider_call_id(); }),
      ElementsAre("e0 e1 ", "e2 e3 ", "e4 "));
}

TEST_F(LargePagesTest, APageOfATranscriptIsCutWhereItIsFull) {
  auto report = Report("calls/15", "e", 0, "end_of_call_report {}");
  report.set_view(v1::REPORT_VIEW_BASIC);
  for (const char* role : {"a", "b", "c", "d", "e"}) {
    v1::TranscriptEntry& entry =
        *report.mutable_event()->mutable_end_of_call_report()->add_transcript_entries();
    entry.set_role(role);
    entry.set_content(std::string(kMebibyte, 'x'));
  }
  api_.Report(report);
  EXPECT_THAT(Pages(&Stub::ListTranscriptEntries,
                    FromText<v1::ListTranscriptEntriesRequest>("parent: 'calls/15'"),
                    &v1::ListTranscriptEntriesResponse::transcript_entries,
                    [](const v1::TranscriptEntry& entry) { return entry.role(); }),
              ElementsAre("a b ", "c d ", "e "));
}

TEST_F(LargePagesTest, APageOfCallsIsCutWhereItIsFullInEveryOrder) {
  api_.store.Change([](fakes::FakeTables& tables) {
    tables.calls.clear();
    for (int id = 1; id <= 5; ++id) {
      tables.calls[id].id = id;
      tables.calls[id].state.start_time = domain::At(-id);
      tables.calls[id].state.analysis_summary = std::string(kMebibyte, 'x');
    }
  });
  const auto list = [this](const char* text) {
    return Pages(&Stub::ListCalls, FromText<v1::ListCallsRequest>(text),
                 &v1::ListCallsResponse::calls, [](const v1::Call& call) { return call.name(); });
  };
  EXPECT_THAT(list(""), ElementsAre("calls/5 calls/4 ", "calls/3 calls/2 ", "calls/1 "));
  EXPECT_THAT(list("order_by: 'start_time desc'"),
              ElementsAre("calls/1 calls/2 ", "calls/3 calls/4 ", "calls/5 "));
}

TEST_F(LargePagesTest, APageOfServiceRecordsIsCutWhereItIsFull) {
  api_.store.Change([](fakes::FakeTables& tables) {  // SQLite takes what is too long for a column
    tables.service_records.clear();
    for (int id = 1; id <= 5; ++id) {
      tables.service_records[id].id = id;
      tables.service_records[id].vehicle_info = std::string(kMebibyte, 'x');
    }
  });
  EXPECT_THAT(Pages(&Stub::ListServiceRecords, v1::ListServiceRecordsRequest(),
                    &v1::ListServiceRecordsResponse::service_records,
                    [](const v1::ServiceRecord& record) { return record.name(); }),
              ElementsAre("serviceRecords/5 serviceRecords/4 ",
                          "serviceRecords/3 serviceRecords/2 ", "serviceRecords/1 "));
}

// Counts what is read.
class CountingReader : public fakes::FakeTransaction {
 public:
  using FakeTransaction::FakeTransaction;

  absl::StatusOr<std::vector<domain::Call>> ListCalls(const core::CallQuery& query) override {
    auto calls = FakeTransaction::ListCalls(query);
    ++reads;
    if (calls.ok()) read += calls->size();
    return calls;
  }

  int reads = 0;
  std::size_t read = 0;
};

class ReadingPagesTest : public testing::Test {
 protected:
  // The first page of so many calls, each of so many bytes.
  v1::ListCallsResponse FirstPage(int count, std::size_t bytes) {
    for (int id = 1; id <= count; ++id) {
      tables_.calls[id].id = id;
      tables_.calls[id].state.analysis_summary = std::string(bytes, 'x');
    }
    v1::ListCallsResponse page;
    EXPECT_TRUE(Answer(reader_, FromText<v1::ListCallsRequest>("page_size: 1000"), page).ok());
    return page;
  }

  fakes::FakeTables tables_;
  CountingReader reader_{tables_};
};

TEST_F(ReadingPagesTest, NotMuchMoreIsReadThanHasRoom) {
  const v1::ListCallsResponse page = FirstPage(1100, 16 * 1024);
  EXPECT_THAT(page.calls(), testing::SizeIs(testing::AllOf(testing::Gt(185), testing::Le(192))));
  EXPECT_FALSE(page.next_page_token().empty());
  EXPECT_LE(reader_.read, 200U);
}

TEST_F(ReadingPagesTest, APageOfSmallElementsIsReadAtTwice) {
  const v1::ListCallsResponse page = FirstPage(1100, 100);
  EXPECT_THAT(page.calls(), testing::SizeIs(1000));
  EXPECT_EQ(page.calls(999).name(), "calls/101");
  EXPECT_FALSE(page.next_page_token().empty());
  EXPECT_EQ(reader_.reads, 2);
}

TEST_F(ReadingPagesTest, ThePageThatHoldsTheLastElementSaysSo) {
  const v1::ListCallsResponse page = FirstPage(1000, 100);
  EXPECT_THAT(page.calls(), testing::SizeIs(1000));
  EXPECT_TRUE(page.next_page_token().empty());
}

}  // namespace
}  // namespace autopulse::callevents::rpc
