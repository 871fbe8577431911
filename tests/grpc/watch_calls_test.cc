#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/grpc/page_token.h"
#include "tests/grpc/requests.h"
#include "tests/grpc/served_api.h"

namespace autopulse::callevents::rpc {
namespace {

using grpc::StatusCode;
using testing::StartsWith;

// A client of WatchCalls, which watches once it is made.
class Watch {
 public:
  explicit Watch(ServedApi& api, const std::string& filter = "", const std::string& token = "") {
    v1::WatchCallsRequest request;
    request.set_filter(filter);
    request.set_resume_token(token);
    ServedApi::SetDeadline(context_);
    reader_ = api.stub->WatchCalls(&context_, request);
    reader_->WaitForInitialMetadata();
  }

  ~Watch() {
    if (!finished_) Cancel();
  }

  // The event id of the next response; empty if the stream has ended.
  std::string Next() {
    if (!reader_->Read(&response_)) return "";
    const std::string& name = response_.event().name();
    return name.substr(name.rfind('/') + 1);
  }

  const v1::WatchCallsResponse& response() const { return response_; }

  // Waits for the end of the stream.
  grpc::Status Finish() {
    finished_ = true;
    return reader_->Finish();
  }

  grpc::Status Cancel() {
    context_.TryCancel();
    while (reader_->Read(&response_)) {
    }
    return Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchCallsResponse>> reader_;
  v1::WatchCallsResponse response_;
  bool finished_ = false;
};

class WatchCallsTest : public testing::Test {
 protected:
  explicit WatchCallsTest(const ServedApi::Options& options = {}) : api_(options) {
    api_.RegisterCall();
  }

  void ReportStatusOf(const std::string& event_id, int seconds, v1::CallStatus call_status) {
    api_.Report(ReportStatus("calls/15", event_id, seconds, call_status));
  }

  // Events `e1` to `e<last>`, of which the last is the newest.
  void ReportNotices(int first, int last) {
    for (int number = first; number <= last; ++number) {
      api_.Report(Report("calls/15", absl::StrCat("e", number), number, "notice { kind: 'hang' }"));
    }
  }

  // Has another service record `e<sequence>`, which the feed has not read yet.
  void RecordElsewhere(std::int64_t sequence) {
    api_.store.Change([&](fakes::FakeTables& tables) {
      tables.last_sequence = std::max(tables.last_sequence, sequence);
      tables.events[sequence] = EventElsewhere(sequence);
    });
  }

  // Has it record `count` more, which nobody has to read from the feed.
  void RecordMoreElsewhere(int count) {
    api_.store.Change([&](fakes::FakeTables& tables) {
      for (int i = 0; i < count; ++i) {
        const std::int64_t sequence = ++tables.last_sequence;
        tables.events[sequence] = EventElsewhere(sequence);
      }
      api_.feed.Advance(tables.last_sequence);
    });
  }

  // Has the feed read it.
  void PublishFromElsewhere(std::int64_t sequence) {
    api_.feed.Publish(
        {std::make_shared<const core::FeedEntry>(EventElsewhere(sequence), domain::Call())});
  }

  ServedApi api_;

 private:
  static domain::RecordedEvent EventElsewhere(std::int64_t sequence) {
    domain::RecordedEvent event;
    event.call_id = 15;
    event.sequence = sequence;
    event.event.event_id = absl::StrCat("e", sequence);
    return event;
  }
};

TEST_F(WatchCallsTest, EachEventComesOnceWithTheCallAsItLeftIt) {
  Watch watch(api_);
  ReportStatusOf("a", 0, v1::CALL_STATUS_RINGING);
  ReportStatusOf("a", 0, v1::CALL_STATUS_RINGING);  // a repeat [O1]
  ReportStatusOf("b", 1, v1::CALL_STATUS_IN_PROGRESS);
  EXPECT_EQ(watch.Next(), "a");
  EXPECT_EQ(watch.response().call().status(), v1::CALL_STATUS_RINGING);
  EXPECT_EQ(watch.Next(), "b");
  EXPECT_EQ(watch.response().call().status(), v1::CALL_STATUS_IN_PROGRESS);
}

TEST_F(WatchCallsTest, WithoutATokenItBeginsNow) {
  ReportStatusOf("a", 0, v1::CALL_STATUS_RINGING);
  Watch watch(api_);
  ReportStatusOf("b", 1, v1::CALL_STATUS_IN_PROGRESS);
  EXPECT_EQ(watch.Next(), "b");
}

TEST_F(WatchCallsTest, StaleEventsAndNoticesAreWatchedToo) {
  Watch watch(api_);
  ReportStatusOf("b", 5, v1::CALL_STATUS_COMPLETED);
  ReportStatusOf("c", 6, v1::CALL_STATUS_RINGING);
  ReportNotices(1, 1);
  EXPECT_EQ(watch.Next(), "b");
  EXPECT_EQ(watch.Next(), "c");
  EXPECT_EQ(watch.response().event().outcome(), v1::CALL_EVENT_OUTCOME_STALE);
  EXPECT_EQ(watch.Next(), "e1");
}

TEST_F(WatchCallsTest, ATokenReplaysExactlyWhatWasMissed) {
  std::string token;
  {
    Watch watch(api_);
    ReportNotices(1, 2);
    EXPECT_EQ(watch.Next(), "e1");
    token = watch.response().resume_token();
  }
  ReportNotices(3, 3);
  Watch watch(api_, "", token);
  EXPECT_EQ(watch.Next(), "e2");
  EXPECT_EQ(watch.Next(), "e3");
  ReportNotices(4, 4);
  EXPECT_EQ(watch.Next(), "e4");
}

TEST_F(WatchCallsTest, AWatcherThatDoesNotReadKeepsNobodyFromReporting) {
  Watch slow(api_);
  ReportNotices(1, 300);
  for (int number = 1; number <= 300; ++number) {
    ASSERT_EQ(slow.Next(), absl::StrCat("e", number));
  }
}

TEST_F(WatchCallsTest, AFilterIsMatchedAgainstTheCallAsTheEventLeftIt) {
  Watch watch(api_, "status = CALL_STATUS_COMPLETED");
  ReportStatusOf("a", 0, v1::CALL_STATUS_RINGING);
  ReportStatusOf("b", 1, v1::CALL_STATUS_COMPLETED);
  EXPECT_EQ(watch.Next(), "b");
}

TEST_F(WatchCallsTest, ManyMayWatchAtOnce) {
  std::vector<std::unique_ptr<Watch>> watches;
  for (int i = 0; i < 20; ++i) watches.push_back(std::make_unique<Watch>(api_));
  ReportNotices(1, 3);
  for (const auto& watch : watches) {
    EXPECT_EQ(watch->Next(), "e1");
    EXPECT_EQ(watch->Next(), "e2");
    EXPECT_EQ(watch->Next(), "e3");
  }
}

TEST_F(WatchCallsTest, AllWhoWatchGetTheSameOfAnEvent) {
  Watch first(api_);
  Watch second(api_, "status = CALL_STATUS_RINGING");
  ReportStatusOf("a", 0, v1::CALL_STATUS_RINGING);
  ASSERT_EQ(first.Next(), "a");
  ASSERT_EQ(second.Next(), "a");
  EXPECT_EQ(first.response().SerializeAsString(), second.response().SerializeAsString());
}

TEST_F(WatchCallsTest, AWatcherThatLeavesDisturbsNoOther) {
  Watch stays(api_);
  for (int i = 1; i <= 10; ++i) {
    Watch leaves(api_);
    ReportNotices(i, i);
    EXPECT_EQ(leaves.Cancel().error_code(), StatusCode::CANCELLED);
    EXPECT_EQ(stays.Next(), absl::StrCat("e", i));
  }
}

TEST_F(WatchCallsTest, AWrongFilterIsRefused) {
  Watch watch(api_, "status ~ x");
  EXPECT_EQ(watch.Next(), "");
  const grpc::Status status = watch.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), StartsWith("filter: "));
}

TEST_F(WatchCallsTest, AWrongTokenIsRefused) {
  for (const std::string& token :
       {std::string("nonsense"), EncodePageToken("serviceRecords", {std::nullopt, 1})}) {
    Watch watch(api_, "", token);
    EXPECT_EQ(watch.Next(), "");
    const grpc::Status status = watch.Finish();
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), StartsWith("resume_token: "));
  }
}

TEST_F(WatchCallsTest, ATokenOfAServiceThatIsAheadRepeatsNothing) {
  RecordElsewhere(1);
  RecordElsewhere(2);
  Watch watch(api_, "", EncodeResumeToken(2));
  PublishFromElsewhere(1);
  PublishFromElsewhere(2);
  RecordElsewhere(3);
  PublishFromElsewhere(3);
  EXPECT_EQ(watch.Next(), "e3");
}

// The newest events are gone if their call was deleted, or a backup restored.
TEST_F(WatchCallsTest, ATokenAheadOfTheJournalMissesNothing) {
  Watch watch(api_, "", EncodeResumeToken(999));
  ReportNotices(1, 1);
  EXPECT_EQ(watch.Next(), "e1");
}

TEST_F(WatchCallsTest, AStreamGoesOnWhereTheJournalHasGoneBack) {
  Watch watch(api_);
  PublishFromElsewhere(5);
  EXPECT_EQ(watch.Next(), "e5");
  api_.feed.GoBackTo(3);
  PublishFromElsewhere(4);
  EXPECT_EQ(watch.Next(), "e4");
}

TEST_F(WatchCallsTest, WhenTheServiceStopsTheStreamIsUnavailable) {
  Watch watch(api_);
  ReportNotices(1, 1);
  EXPECT_EQ(watch.Next(), "e1");
  api_.Stop();
  EXPECT_EQ(watch.Next(), "");
  EXPECT_EQ(watch.Finish().error_code(), StatusCode::UNAVAILABLE);
}

class IdleWatchTest : public WatchCallsTest {
 protected:
  IdleWatchTest() : WatchCallsTest({.keep_alive = absl::Milliseconds(20)}) {}
};

TEST_F(IdleWatchTest, AnIdleStreamCarriesKeepAlivesWhoseTokenIsValid) {
  ReportNotices(1, 1);
  std::string token;
  {
    Watch watch(api_);
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(watch.Next(), "");
      EXPECT_FALSE(watch.response().has_event());
      EXPECT_FALSE(watch.response().has_call());
      token = watch.response().resume_token();
      ASSERT_NE(token, "") << "the stream has ended";
    }
  }
  ReportNotices(2, 2);
  Watch again(api_, "", token);
  EXPECT_EQ(again.Next(), "e2");
}

class WatchCallsFromTheDatabaseTest : public WatchCallsTest {
 protected:
  WatchCallsFromTheDatabaseTest() : WatchCallsTest({.feed_capacity = 2}) {}
};

TEST_F(WatchCallsFromTheDatabaseTest, WhatIsNoLongerInMemoryIsReplayedToo) {
  Watch first(api_);
  ReportNotices(1, 1);
  EXPECT_EQ(first.Next(), "e1");
  const std::string token = first.response().resume_token();
  ReportNotices(2, 150);
  Watch second(api_, "", token);
  for (int number = 2; number <= 150; ++number) {
    ASSERT_EQ(second.Next(), absl::StrCat("e", number));
  }
  ReportNotices(151, 151);
  EXPECT_EQ(second.Next(), "e151");
}

TEST_F(WatchCallsFromTheDatabaseTest, WhatMayStillGetAPredecessorIsNotReplayedYet) {
  RecordElsewhere(1);
  api_.feed.Advance(1);
  RecordElsewhere(3);  // while 2 is being committed
  Watch watch(api_, "", EncodeResumeToken(0));
  EXPECT_EQ(watch.Next(), "e1");
  RecordElsewhere(2);
  PublishFromElsewhere(2);
  PublishFromElsewhere(3);
  EXPECT_EQ(watch.Next(), "e2");
  EXPECT_EQ(watch.Next(), "e3");
}

TEST_F(WatchCallsFromTheDatabaseTest, WhatIsReplayedCarriesTheCallAsItIsNow) {
  const std::string token = EncodeResumeToken(0);
  ReportStatusOf("a", 0, v1::CALL_STATUS_RINGING);
  ReportStatusOf("b", 1, v1::CALL_STATUS_IN_PROGRESS);
  ReportStatusOf("c", 2, v1::CALL_STATUS_COMPLETED);
  Watch watch(api_, "", token);
  EXPECT_EQ(watch.Next(), "a");
  EXPECT_EQ(watch.response().call().status(), v1::CALL_STATUS_COMPLETED);
  EXPECT_EQ(watch.response().event().call_status(), v1::CALL_STATUS_RINGING);
}

TEST_F(WatchCallsFromTheDatabaseTest, AFilterByStatusIsMatchedAgainstWhatTheReplayedEventLeft) {
  ReportStatusOf("a", 0, v1::CALL_STATUS_RINGING);
  ReportStatusOf("b", 1, v1::CALL_STATUS_IN_PROGRESS);
  ReportStatusOf("c", 2, v1::CALL_STATUS_COMPLETED);
  Watch watch(api_, "status = CALL_STATUS_IN_PROGRESS", EncodeResumeToken(0));
  EXPECT_EQ(watch.Next(), "b");
}

TEST_F(WatchCallsFromTheDatabaseTest, StreamsThatAreFarFromWhatTheyWantLetOthersGoOn) {
  // Shared with the service, which still reads when the test has ended.
  const auto is_served = std::make_shared<std::atomic<bool>>(false);
  // A journal without an end, for as long as the last client has nothing.
  api_.store.BeforeReads([this, is_served] {
    if (!*is_served) RecordMoreElsewhere(100);
    return absl::OkStatus();
  });
  std::vector<std::unique_ptr<Watch>> far;
  for (int i = 0; i < 4; ++i) {
    far.push_back(
        std::make_unique<Watch>(api_, "status = CALL_STATUS_COMPLETED", EncodeResumeToken(0)));
  }
  RecordMoreElsewhere(1);
  Watch other(api_);
  RecordMoreElsewhere(1);
  EXPECT_NE(other.Next(), "");
  *is_served = true;
}

}  // namespace
}  // namespace autopulse::callevents::rpc
