#include "adapter/delivery/drainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <string>

#include "adapter/delivery/spool_sender.h"
#include "adapter/delivery/undelivered.h"
#include "tests/adapter/delivery/spooling.h"

namespace autopulse::callevents::adapter {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class DrainerTest : public SpoolingTest {
 protected:
  void Keep(int call, const std::string& event_id) {
    ASSERT_TRUE(spool_
                    ->Append({.call = absl::StrCat("calls/", call),
                              .payload = Event(call, event_id).SerializeAsString(),
                              .receive_time = now_,
                              .failures = {},
                              .due = now_})
                    .ok());
  }

  // Lets time pass, at least a second at a time, and sends all that comes due meanwhile.
  void Pass(absl::Duration time) {
    const absl::Duration step = std::max(absl::Seconds(1), time / 500);
    for (const absl::Time end = now_ + time; now_ < end; now_ += step) Drain();
    Drain();
  }

  void Drain() {
    while (sender_.SendBatch() > 0) {
    }
  }

  // Has another program run `sql` on the spool's file.
  void RunOnFile(const char* sql) {
    sqlite3* file = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / "spool.db").c_str(), &file), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(file, sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(file);
    sqlite3_close(file);
  }

  SpoolSender::Parts Parts() {
    return {.client = client_, .spool = *spool_, .breaker = breaker_, .counters = counters_};
  }

  CircuitBreaker breaker_{{}, Clock()};
  RetryBudget budget_{RetryBudget::Options()};
  SpoolSender sender_{Parts(), budget_, {}, Clock(), {}};  // of all calls
};

grpc::Status Refuse(grpc::StatusCode code) { return grpc::Status(code, "no"); }

TEST_F(DrainerTest, SendsTheEventsOfACallInOrder) {  // O7
  for (const char* id : {"a1", "a2", "a3"}) Keep(1, id);
  Keep(2, "b1");
  Drain();
  EXPECT_THAT(service_.recorded(), ElementsAre("a1", "a2", "a3", "b1"));
  EXPECT_EQ(spool_->pending(), 0);
  EXPECT_EQ(service_.calls(), 1);
}

TEST_F(DrainerTest, WhatCannotBeRemovedIsSentAgainSeldomAndSingly) {  // FT10, O1
  for (int call = 1; call <= 8; ++call) Keep(call, absl::StrCat("a", call));
  RunOnFile(
      "CREATE TRIGGER broken BEFORE DELETE ON pending_event BEGIN SELECT RAISE(FAIL, 'no'); END");
  Pass(absl::Minutes(10));
  EXPECT_LT(service_.calls(), 150);
  EXPECT_EQ(service_.recorded().size(), service_.calls() - 3u + 8 + 4 + 2);
  EXPECT_EQ(spool_->pending(), 8);
  EXPECT_EQ(counters_.Get("spool", "delivered"), 0);
  RunOnFile("DROP TRIGGER broken");
  Pass(absl::Minutes(1));
  EXPECT_EQ(spool_->pending(), 0);
  EXPECT_EQ(counters_.Get("spool", "delivered"), 8);
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_F(DrainerTest, WhatCannotBeWrittenDownIsNoDeadLetterYet) {  // FT10, U1
  service_.AnswerAlways(grpc::INVALID_ARGUMENT);
  Keep(1, "a");
  RunOnFile(
      "CREATE TRIGGER broken BEFORE DELETE ON pending_event BEGIN SELECT RAISE(FAIL, 'no'); END");
  Pass(absl::Minutes(1));
  EXPECT_GT(service_.calls(), 1);
  EXPECT_THAT(DeadLetters(), IsEmpty());
  EXPECT_EQ(counters_.Get("dead_letter", kReasonInvalidArgument), 0);
  RunOnFile("DROP TRIGGER broken");
  Pass(absl::Minutes(1));
  EXPECT_EQ(DeadLetters().size(), 1u);
  EXPECT_EQ(counters_.Get("dead_letter", kReasonInvalidArgument), 1);
}

TEST_F(DrainerTest, WhatCannotBeWrittenDownHasNotStoodAsideYet) {  // FT10, O7
  service_.AnswerAlways(grpc::NOT_FOUND);
  Keep(1, "a1");
  Keep(1, "a2");
  RunOnFile("CREATE TRIGGER broken BEFORE INSERT ON lane BEGIN SELECT RAISE(FAIL, 'no'); END");
  Pass(absl::Minutes(4));
  EXPECT_EQ(counters_.Get("spool", "stood_aside"), 0);
  RunOnFile("DROP TRIGGER broken");
  Pass(absl::Minutes(1));
  EXPECT_EQ(counters_.Get("spool", "stood_aside"), 2);
}

// A token that is wrong is the operator's mistake, and no event's: not of one either that failed by
// itself before.
TEST_F(DrainerTest, ServiceThatLetsTheAdapterInNoMoreMakesNoDeadLetters) {  // FT63
  for (const grpc::StatusCode code : {grpc::UNAUTHENTICATED, grpc::PERMISSION_DENIED}) {
    service_.SetAnswer([](const v1::ReportCallEventRequest& request) {
      return request.event_id() == "a" ? Refuse(grpc::INTERNAL) : grpc::Status::OK;
    });
    Keep(1, "a");
    Keep(2, "b");
    Drain();
    Keep(3, "c1");
    Keep(3, "c2");
    service_.SetAdmission(code);
    Pass(absl::Hours(24));
    EXPECT_THAT(DeadLetters(), IsEmpty());
    EXPECT_EQ(spool_->pending(), 3);
    service_.SetAdmission(grpc::OK);
    service_.RecordEverything();
    Pass(absl::Minutes(2));
    EXPECT_EQ(spool_->pending(), 0);
  }
}

TEST_F(DrainerTest, StuckEventHoldsBackOnlyItsOwnCallAndNotForEver) {  // O7
  service_.SetAnswer([](const v1::ReportCallEventRequest& request) {
    return request.event_id() == "a1" ? Refuse(grpc::INTERNAL) : grpc::Status::OK;
  });
  Keep(1, "a1");
  Drain();
  Keep(1, "a2");
  Keep(2, "b1");
  Pass(absl::Seconds(50));
  EXPECT_THAT(service_.recorded(), ElementsAre("b1"));
  Pass(absl::Minutes(1));
  EXPECT_THAT(service_.recorded(), ElementsAre("b1", "a2"));
  service_.RecordEverything();
  Pass(absl::Minutes(1));
  EXPECT_THAT(service_.recorded(), ElementsAre("b1", "a2", "a1"));
}

TEST_F(DrainerTest, EventThatFailsWhereOthersDoNotIsGivenUpInTheEnd) {  // FT58
  service_.SetAnswer([](const v1::ReportCallEventRequest& request) {
    return request.event_id() == "poison" ? Refuse(grpc::UNAVAILABLE) : grpc::Status::OK;
  });
  Keep(1, "poison");
  for (int i = 0; i < 120; ++i) {
    Keep(2, "b");
    Pass(absl::Minutes(1));
  }
  EXPECT_EQ(service_.recorded().size(), 120u);
  ASSERT_EQ(DeadLetters().size(), 1u);
  EXPECT_EQ(DeadLetters()[0].reason, kReasonRetriesExhausted);
  EXPECT_EQ(DeadLetters()[0].failures.attempts, 100);
  EXPECT_EQ(DeadLetters()[0].failures.first_error, "UNAVAILABLE: no");
}

TEST_F(DrainerTest, CallThatIsRegisteredLaterGetsItsEventsInOrder) {  // U1, FT48
  service_.AnswerAlways(grpc::NOT_FOUND);
  Keep(1, "a1");
  Keep(1, "a2");
  Pass(absl::Seconds(2));
  service_.RecordEverything();
  Pass(absl::Seconds(30));
  EXPECT_THAT(service_.recorded(), ElementsAre("a1", "a2"));
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_F(DrainerTest, CallThatStaysUnknownMakesDeadLetters) {  // U1
  service_.AnswerAlways(grpc::NOT_FOUND);
  Keep(1, "a1");
  Pass(absl::Minutes(9));
  EXPECT_THAT(DeadLetters(), IsEmpty());
  Pass(absl::Minutes(2));
  ASSERT_EQ(DeadLetters().size(), 1u);
  EXPECT_EQ(DeadLetters()[0].reason, kReasonUnknownCall);
  EXPECT_EQ(DeadLetters()[0].call, "calls/1");
  EXPECT_EQ(spool_->pending(), 0);
}

TEST_F(DrainerTest, TimeOfAnOutageDoesNotCountAgainstAnUnknownCall) {  // U1
  service_.AnswerAlways(grpc::UNAVAILABLE);
  Keep(1, "a1");
  Pass(absl::Minutes(20));
  service_.AnswerAlways(grpc::NOT_FOUND);
  Pass(absl::Minutes(5));
  EXPECT_THAT(DeadLetters(), IsEmpty());
  EXPECT_EQ(spool_->pending(), 1);
}

TEST_F(DrainerTest, RefusedEventIsADeadLetterAtOnce) {  // FT58
  service_.SetAnswer([](const v1::ReportCallEventRequest& request) {
    return request.event_id() == "a1" ? Refuse(grpc::INVALID_ARGUMENT) : grpc::Status::OK;
  });
  Keep(1, "a1");
  Keep(1, "a2");
  Drain();
  EXPECT_THAT(service_.recorded(), ElementsAre("a2"));
  ASSERT_EQ(DeadLetters().size(), 1u);
  EXPECT_EQ(DeadLetters()[0].reason, kReasonInvalidArgument);
}

TEST_F(DrainerTest, LongOutageLosesNothingAndKeepsTheOrder) {  // FT6, FT8, O7
  service_.AnswerAlways(grpc::RESOURCE_EXHAUSTED);
  for (const char* id : {"a1", "a2", "a3"}) Keep(1, id);
  Pass(absl::Hours(3));
  EXPECT_THAT(DeadLetters(), IsEmpty());
  service_.RecordEverything();
  Pass(absl::Seconds(10));
  EXPECT_THAT(service_.recorded(), ElementsAre("a1", "a2", "a3"));
}

// That the service was well between two outages is held against no event that met both.
TEST_F(DrainerTest, OutageAfterAnOutageMakesNoDeadLettersAndKeepsTheOrder) {  // FT6, O7
  service_.AnswerAlways(grpc::UNAVAILABLE);
  Keep(1, "a1");
  Drain();
  Keep(1, "a2");
  now_ += absl::Milliseconds(500);
  service_.RecordEverything();
  Keep(2, "b");
  Drain();
  ASSERT_THAT(service_.recorded(), ElementsAre("b"));
  service_.AnswerAlways(grpc::UNAVAILABLE);
  Keep(3, "c");
  Pass(absl::Hours(3));
  EXPECT_THAT(DeadLetters(), IsEmpty());
  EXPECT_EQ(counters_.Get("spool", "stood_aside"), 0);
  service_.RecordEverything();
  Pass(absl::Seconds(10));
  EXPECT_THAT(service_.recorded(), UnorderedElementsAre("b", "a1", "a2", "c"));
}

TEST_F(DrainerTest, EventThatFailedByItselfBeforeOutlivesAnOutage) {  // FT6
  Keep(1, "a");
  for (int i = 0; i < 3; ++i) {
    service_.SetAnswer([](const v1::ReportCallEventRequest& request) {
      return request.event_id() == "a" ? Refuse(grpc::UNAVAILABLE) : grpc::Status::OK;
    });
    Keep(2, "b");
    Pass(absl::Seconds(40));
    service_.AnswerAlways(grpc::UNAVAILABLE);
    Pass(absl::Hours(3));
  }
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_F(DrainerTest, ServiceThatFailsForEverybodyMakesNoDeadLetters) {  // FT6
  for (const grpc::StatusCode code : {grpc::INTERNAL, grpc::DATA_LOSS, grpc::UNKNOWN}) {
    service_.RecordEverything();
    Keep(1, "a");
    Drain();
    now_ += absl::Seconds(1);
    service_.AnswerAlways(code);
    for (int call = 1; call <= 5; ++call) Keep(call, "b");
    Pass(absl::Hours(24));
    EXPECT_THAT(DeadLetters(), IsEmpty());
    service_.RecordEverything();
    Pass(absl::Minutes(1));
    EXPECT_EQ(spool_->pending(), 0);
  }
}

TEST_F(DrainerTest, ServiceThatFailsForEverybodyIsAskedSeldom) {  // FT6
  service_.AnswerAlways(grpc::INTERNAL);
  Keep(1, "a");
  Pass(absl::Hours(1));
  EXPECT_LE(service_.calls(), 400);
}

// A service answers these also while its database takes nothing.
TEST_F(DrainerTest, RefusalsAndRepeatsDoNotShowThatTheServiceRecords) {  // FT8
  service_.SetAnswer([](const v1::ReportCallEventRequest& request) {
    if (request.event_id() == "refused") return Refuse(grpc::INVALID_ARGUMENT);
    if (request.event_id() == "unknown") return Refuse(grpc::NOT_FOUND);
    return request.event_id() == "repeat" ? grpc::Status::OK : Refuse(grpc::RESOURCE_EXHAUSTED);
  });
  service_.AnswerAsDuplicates();
  SpoolSender sender(Parts(), budget_, {.max_attempts = 10}, Clock(), {});
  Keep(1, "full");
  for (int i = 0; i < 20; ++i) {
    Keep(2, "refused");
    Keep(3, "unknown");
    Keep(4, "repeat");
    now_ += absl::Seconds(35);
    while (sender.SendBatch() > 0) {
    }
  }
  for (const auto& letter : DeadLetters()) EXPECT_NE(letter.call, "calls/1");
}

TEST_F(DrainerTest, HoldBeginsWithTheFirstFailureThatIsNoOutage) {  // O7
  service_.AnswerAlways(grpc::UNAVAILABLE);
  Keep(1, "a1");
  Keep(1, "a2");
  Pass(absl::Minutes(10));
  service_.SetAnswer([](const v1::ReportCallEventRequest& request) {
    return request.event_id() == "a1" ? Refuse(grpc::NOT_FOUND) : grpc::Status::OK;
  });
  // Within the batch that comes first a later event may pass.
  Drain();
  Keep(1, "a3");
  Pass(absl::Seconds(50));
  EXPECT_THAT(service_.recorded(), Not(Contains("a3")));
  Pass(absl::Minutes(1));
  EXPECT_THAT(service_.recorded(), Contains("a3"));
}

class DrainerHoldTest : public DrainerTest, public testing::WithParamInterface<grpc::StatusCode> {};

TEST_P(DrainerHoldTest, HoldDoesNotPassWhileNobodyIsServed) {  // O7
  const auto refuse_first = [](const v1::ReportCallEventRequest& request) {
    return request.event_id() == "a1" ? Refuse(grpc::NOT_FOUND) : grpc::Status::OK;
  };
  service_.SetAnswer(refuse_first);
  Keep(1, "a1");
  Drain();
  Keep(1, "a2");
  service_.AnswerAlways(GetParam());
  Pass(absl::Minutes(3));
  service_.SetAnswer(refuse_first);
  Pass(absl::Seconds(40));
  EXPECT_THAT(service_.recorded(), Not(Contains("a2")));
  Pass(absl::Minutes(1));
  EXPECT_THAT(service_.recorded(), Contains("a2"));
}

INSTANTIATE_TEST_SUITE_P(, DrainerHoldTest,
                         testing::Values(grpc::UNAVAILABLE, grpc::UNAUTHENTICATED));

// In an outage one event at a time is tried, now and then: few of many more than once.
TEST_F(DrainerTest, NeitherHoldNorUnknownTimePassesForWhoWaitsForItsTurn) {  // O7, U1
  constexpr int kCalls = 200;
  const auto refuse_first = [](const v1::ReportCallEventRequest& request) {
    return request.event_id() == "first" ? Refuse(grpc::NOT_FOUND) : grpc::Status::OK;
  };
  service_.SetAnswer(refuse_first);
  for (int call = 1; call <= kCalls; ++call) Keep(call, "first");
  Drain();
  for (int call = 1; call <= kCalls; ++call) Keep(call, "second");
  service_.AnswerAlways(grpc::UNAVAILABLE);
  Pass(absl::Minutes(30));
  service_.SetAnswer(refuse_first);
  Pass(absl::Seconds(40));
  EXPECT_THAT(DeadLetters(), IsEmpty());
  EXPECT_THAT(service_.recorded(), IsEmpty());
  service_.RecordEverything();
  Pass(absl::Minutes(2));
  EXPECT_EQ(service_.recorded().size(), 2u * kCalls);
}

TEST_F(DrainerTest, UnknownTimeDoesNotPassForWhoIsPutOffByTheBudget) {  // U1
  constexpr int kCalls = 400;
  RetryBudget budget({.per_second = 1, .burst = 5});
  SpoolSender sender(Parts(), budget, {}, Clock(), {});
  const auto pass = [&](absl::Duration time) {
    for (const absl::Time end = now_ + time; now_ < end; now_ += absl::Seconds(1)) {
      while (sender.SendBatch() > 0) {
      }
    }
  };
  service_.AnswerAlways(grpc::NOT_FOUND);
  for (int call = 1; call <= kCalls; ++call) Keep(call, "a");
  pass(absl::Seconds(10));
  service_.AnswerAlways(grpc::UNAVAILABLE);
  pass(absl::Minutes(12));  // one of them is tried every few seconds
  service_.AnswerAlways(grpc::NOT_FOUND);
  pass(absl::Minutes(2));
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_F(DrainerTest, DeadServiceIsTriedSeldom) {  // FT6
  service_.AnswerAlways(grpc::UNAVAILABLE);
  for (int call = 1; call <= 100; ++call) Keep(call, absl::StrCat("e", call));
  Pass(absl::Minutes(1));
  EXPECT_LE(service_.calls(), 70);
  EXPECT_FALSE(breaker_.IsClosed());
  service_.RecordEverything();
  Pass(absl::Seconds(10));
  EXPECT_EQ(service_.recorded().size(), 100u);
}

TEST_F(DrainerTest, RetriesAreLimitedInAWhile) {
  service_.AnswerAlways(grpc::NOT_FOUND);
  RetryBudget budget({.per_second = 0, .burst = 3});
  SpoolSender sender(Parts(), budget, {.backoff = {.first = absl::ZeroDuration()}}, Clock(), {});
  Keep(1, "a1");
  for (int i = 0; i < 10; ++i) sender.SendBatch();
  EXPECT_EQ(service_.calls(), 4);
}

TEST_F(DrainerTest, DamagedEventIsADeadLetter) {
  ASSERT_TRUE(spool_
                  ->Append({.call = "calls/1",
                            .payload = "\xff\xff",
                            .receive_time = now_,
                            .failures = {},
                            .due = now_})
                  .ok());
  Keep(1, "a2");
  Drain();
  EXPECT_THAT(service_.recorded(), ElementsAre("a2"));
  ASSERT_EQ(DeadLetters().size(), 1u);
  EXPECT_EQ(DeadLetters()[0].reason, kReasonUnreadable);
}

TEST_F(DrainerTest, SeveralBatchesAreOnTheirWayAtOnceEachCallInOrder) {  // O7
  constexpr int kCalls = 40;
  constexpr int kEvents = 2'000;
  absl::Mutex mutex;
  int at_work = 0;
  bool overlapped = false;
  for (int i = 0; i < kEvents; ++i) Keep(i % kCalls + 1, absl::StrCat(i));
  service_.BeforeBatch([&] {
    const absl::MutexLock lock(&mutex);
    ++at_work;
    // The first batch waits for a second one, which a single sender would never send.
    const auto others_came = [&] { return overlapped || at_work > 1; };
    overlapped = mutex.AwaitWithTimeout(absl::Condition(&others_came), absl::Seconds(30));
    --at_work;
  });
  Drainer drainer({.client = client_, .spool = *spool_, .breaker = breaker_, .counters = counters_},
                  {}, Clock());
  drainer.Start();
  WaitUntilDrained();
  drainer.Stop();
  EXPECT_TRUE(overlapped);
  std::map<int, int> next;
  for (const std::string& id : service_.recorded()) {
    const int number = std::stoi(id);
    const auto entry = next.try_emplace(number % kCalls, number % kCalls).first;
    EXPECT_EQ(number, entry->second);
    entry->second += kCalls;
  }
  EXPECT_EQ(service_.recorded().size(), std::size_t{kEvents});
}

TEST_F(DrainerTest, MoreThanABatchIsSentInBatches) {
  for (int i = 0; i < 1'200; ++i) Keep(i % 40 + 1, absl::StrCat("e", i));
  Drain();
  EXPECT_EQ(service_.recorded().size(), 1'200u);
  EXPECT_EQ(service_.calls(), 3);
}

}  // namespace
}  // namespace autopulse::callevents::adapter
