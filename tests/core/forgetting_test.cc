// Retention and erasure: what is dropped, when, and what comes afterwards.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <variant>

#include "services/core/eraser.h"
#include "services/core/event_recorder.h"
#include "services/core/housekeeper.h"
#include "services/core/retention.h"
#include "tests/domain/events.h"
#include "tests/fakes/fake_call_store.h"
#include "tests/fakes/record.h"

namespace autopulse::callevents::core {
namespace {

using domain::At;
using domain::CallStatus;
using domain::EventOutcome;
using domain::Of;
using domain::Reported;
using domain::ReportSaying;
using domain::Told;
using fakes::TranscriptOf;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::Duration kDay = absl::Hours(24);

class ForgettingTest : public testing::Test {
 protected:
  void SetUp() override {
    store_.Change([](fakes::FakeTables& tables) {
      tables.service_records[9].id = 9;
      tables.service_records[9].customer_name = "Ada";
      for (const std::int64_t id : {15, 16}) {
        tables.calls[id].id = id;
        tables.calls[id].service_record_id = 9;
        tables.calls[id].customer_number = "+15550100";
        tables.calls[id].create_time = At(0);
      }
    });
  }

  Receipt Record(std::int64_t call_id, domain::CallEvent event) {
    auto receipts = fakes::Record(
        recorder_,
        {{.call_id = call_id, .event = std::move(event), .call_if_unknown = std::nullopt}});
    EXPECT_TRUE(receipts.front().ok()) << receipts.front().status();
    return receipts.front().ok() ? *receipts.front() : Receipt();
  }

  // Runs retention until there is no more to do; how many calls it folded and erased.
  std::size_t Retain(RetentionOptions options) {
    Retention retention(store_, eraser_, options, [this] { return now_; });
    std::size_t calls = 0;
    std::int64_t after = 0;
    for (bool done = false; !done;) {
      const auto folded = retention.Fold();
      const auto erased = retention.Erase(after);
      EXPECT_TRUE(folded.ok() && erased.ok()) << folded.status() << erased.status();
      if (!folded.ok() || !erased.ok()) break;
      calls += folded->calls + erased->calls;
      done = folded->done && erased->done;
    }
    return calls;
  }

  fakes::FakeCallStore store_;
  absl::Time now_ = At(1000);
  int forgotten_ = 0;
  EventRecorder recorder_{store_, [](const auto&) {}, {}, [this] { return now_; }};
  Eraser eraser_{store_, [this] { ++forgotten_; }, [this] { return now_; }};
};

TEST_F(ForgettingTest, ACallPastTheWindowIsFoldedAndItsRowsStay) {  // F1
  Record(15, Of("a", Told("e1", 1, CallStatus::kInProgress)));
  Record(15, Of("a", Reported("e2", 2, ReportSaying("hello"))));
  const domain::Call before = store_.Tables().calls.at(15);
  now_ += 30 * kDay + absl::Seconds(1);
  EXPECT_EQ(Retain({.fold_window = 30 * kDay}), 1u);
  const fakes::FakeTables after = store_.Tables();
  EXPECT_EQ(after.calls.at(15).state, before.state);
  EXPECT_EQ(after.calls.at(15).update_time, before.update_time);
  EXPECT_THAT(TranscriptOf(store_.Tables(), 15), ElementsAre("hello"));
  for (const auto& [sequence, event] : after.events) {
    EXPECT_EQ(event.forget_time, domain::ToMicroseconds(now_));
  }
  EXPECT_EQ(Retain({.fold_window = 30 * kDay}), 0u);
}

TEST_F(ForgettingTest, ACallWithANewerEventIsNotFoldedUntilThatIsOldToo) {  // F1
  Record(15, Told("e1", 1, CallStatus::kInProgress));
  now_ += 29 * kDay;
  Record(15, Told("e2", 2, CallStatus::kCompleted));
  Record(16, Told("e3", 1, CallStatus::kInProgress));
  now_ += 2 * kDay;
  EXPECT_EQ(Retain({.fold_window = 30 * kDay}), 0u);
  EXPECT_EQ(store_.Tables().events.begin()->second.forget_time, std::nullopt);
  now_ += 29 * kDay;
  EXPECT_EQ(Retain({.fold_window = 30 * kDay}), 2u);
}

TEST_F(ForgettingTest, MoreCallsThanAStepTakesAreFoldedInSteps) {
  for (int i = 0; i < 250; ++i) {
    store_.Change([&](fakes::FakeTables& tables) { tables.calls[1000 + i].id = 1000 + i; });
    Record(1000 + i, Told("e", 1, CallStatus::kCompleted));
  }
  now_ += 31 * kDay;
  EXPECT_EQ(Retain({.fold_window = 30 * kDay}), 250u);
}

TEST_F(ForgettingTest, ARepeatOfAFoldedEventIsADuplicate) {  // O1, F1
  Record(15, Told("e1", 1, CallStatus::kCompleted));
  now_ += 31 * kDay;
  Retain({.fold_window = 30 * kDay});
  const Receipt repeat = Record(15, Told("e1", 1, CallStatus::kCompleted));
  EXPECT_TRUE(repeat.duplicate);
  EXPECT_EQ(repeat.event.call_status_word, "Completed");
}

TEST_F(ForgettingTest, AnEventAfterTheFoldedOnesIsAppliedToWhatTheyCameTo) {  // F1
  Record(15, Of("a", Told("e1", 1, CallStatus::kInProgress)));
  now_ += 31 * kDay;
  Retain({.fold_window = 30 * kDay});
  const Receipt later = Record(15, Of("a", Told("e2", 5, CallStatus::kCompleted)));
  EXPECT_EQ(later.event.outcome, EventOutcome::kApplied);
  EXPECT_EQ(later.call.state.start_time, At(1));
  EXPECT_EQ(later.call.state.duration_sec, 4);
}

TEST_F(ForgettingTest, AnEventBeforeTheFoldedOnesIsRecordedWithoutWhatItSaid) {  // F1
  Record(15, Of("a", Told("e2", 5, CallStatus::kCompleted)));
  now_ += 31 * kDay;
  Retain({.fold_window = 30 * kDay});
  const domain::CallState before = store_.Tables().calls.at(15).state;
  const Receipt late = Record(15, Of("a", Reported("e1", 4, ReportSaying("hello"))));
  EXPECT_EQ(late.event.outcome, EventOutcome::kStale);
  EXPECT_EQ(late.event.forget_time, domain::ToMicroseconds(now_));
  EXPECT_EQ(store_.Tables().calls.at(15).state, before);
  EXPECT_THAT(TranscriptOf(store_.Tables(), 15), IsEmpty());
  EXPECT_TRUE(Record(15, Of("a", Reported("e1", 4, ReportSaying("hello")))).duplicate);
}

// The recorder remembers what the call came to when its last event was recorded.
TEST_F(ForgettingTest, AnEventBeforeThoseThatWereFoldedAwayJustNowIsNotApplied) {  // F1
  Record(15, Of("a", Told("e2", 5, CallStatus::kCompleted)));
  now_ += absl::Seconds(1);
  EXPECT_EQ(Retain({.fold_window = absl::Microseconds(1)}), 1u);
  const domain::CallState before = store_.Tables().calls.at(15).state;
  const Receipt late = Record(15, Of("a", Reported("e1", 4, ReportSaying("hello"))));
  EXPECT_EQ(late.event.outcome, EventOutcome::kStale);
  EXPECT_EQ(store_.Tables().calls.at(15).state, before);
  EXPECT_THAT(TranscriptOf(store_.Tables(), 15), IsEmpty());
}

TEST_F(ForgettingTest, ADryRunSaysHowManyAndChangesNothing) {
  Record(15, Told("e1", 1, CallStatus::kCompleted));
  now_ += 31 * kDay;
  Retention retention(store_, eraser_, {.fold_window = 30 * kDay, .erase_after = 30 * kDay},
                      [this] { return now_; });
  std::int64_t after = 0;
  EXPECT_EQ(retention.CompareFold(after)->calls, 1u);
  EXPECT_EQ(retention.CompareFold(after)->calls, 0u);
  after = 0;
  EXPECT_EQ(retention.CompareErase(after)->calls, 2u);
  EXPECT_EQ(store_.Tables().events.begin()->second.forget_time, std::nullopt);
  EXPECT_EQ(store_.Tables().calls.at(15).erase_time, std::nullopt);
}

TEST_F(ForgettingTest, AnErasedCallIsATombstone) {  // X1
  Record(15, Of("a", Reported("e1", 2, ReportSaying("hello"))));
  const auto erased = eraser_.Erase(15, ServiceRecordIs::kKept);
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(erased->customer_number, "");
  EXPECT_EQ(erased->state.status_word, "Completed");
  EXPECT_EQ(erased->erase_time, domain::ToMicroseconds(now_));
  EXPECT_THAT(TranscriptOf(store_.Tables(), 15), IsEmpty());
  EXPECT_EQ(forgotten_, 1) << "what is kept in memory for watchers";
  EXPECT_EQ(store_.Tables().service_records.at(9).customer_name, "Ada");
  ASSERT_TRUE(eraser_.Erase(15, ServiceRecordIs::kErased).ok());
  EXPECT_EQ(store_.Tables().service_records.at(9).customer_name, "");
  EXPECT_TRUE(absl::IsNotFound(eraser_.Erase(99, ServiceRecordIs::kKept).status()));
}

TEST_F(ForgettingTest, NothingComesBackToAnErasedCall) {  // X1, O1
  Record(15, Of("a", Reported("e1", 2, ReportSaying("hello"))));
  ASSERT_TRUE(eraser_.Erase(15, ServiceRecordIs::kKept).ok());
  EXPECT_TRUE(Record(15, Of("a", Reported("e1", 2, ReportSaying("hello")))).duplicate);
  const Receipt late = Record(15, Of("b", Reported("e2", 99, ReportSaying("again"))));
  EXPECT_FALSE(late.duplicate);
  EXPECT_EQ(late.event.outcome, EventOutcome::kStale);
  EXPECT_FALSE(std::get<domain::EndOfCallReport>(late.event.event.detail).has_transcript);
  const fakes::FakeTables tables = store_.Tables();
  EXPECT_THAT(TranscriptOf(store_.Tables(), 15), IsEmpty());
  EXPECT_TRUE(tables.bases.empty());
  const auto& stored = tables.events.rbegin()->second;
  EXPECT_TRUE(std::get<domain::EndOfCallReport>(stored.event.detail).transcript.empty());
  EXPECT_EQ(stored.forget_time, domain::ToMicroseconds(now_));
  EXPECT_EQ(tables.calls.at(15).state.provider_call_id, "a");
}

TEST_F(ForgettingTest, AnEventByTheProvidersIdFindsTheErasedCall) {  // X1, U1
  Record(15, Of("a", Told("e1", 2, CallStatus::kCompleted)));
  ASSERT_TRUE(eraser_.Erase(15, ServiceRecordIs::kKept).ok());
  domain::Call unknown;
  unknown.customer_number = "+15550100";
  const auto receipts =
      fakes::Record(recorder_, {{.call_id = std::nullopt,
                                 .event = Of("a", Told("e2", 3, CallStatus::kFailed)),
                                 .call_if_unknown = unknown}});
  ASSERT_TRUE(receipts.front().ok()) << receipts.front().status();
  EXPECT_EQ(receipts.front()->event.call_id, 15);
  EXPECT_EQ(store_.Tables().calls.size(), 2u);
}

TEST_F(ForgettingTest, CallsAreErasedByAge) {  // X1
  Record(15, Told("e1", 1, CallStatus::kCompleted));
  now_ += 100 * kDay;
  Record(16, Told("e2", absl::ToDoubleSeconds(100 * kDay), CallStatus::kCompleted));
  now_ += kDay;
  EXPECT_EQ(Retain({.erase_after = 90 * kDay}), 1u);
  EXPECT_EQ(store_.Tables().calls.at(15).customer_number, "");
  EXPECT_EQ(store_.Tables().calls.at(16).customer_number, "+15550100");
  EXPECT_EQ(Retain({.erase_after = 90 * kDay}), 0u);
}

TEST_F(ForgettingTest, WhatHasNoWindowIsKept) {
  Record(15, Told("e1", 1, CallStatus::kCompleted));
  now_ += 10'000 * kDay;
  EXPECT_EQ(Retain({}), 0u);
}

TEST_F(ForgettingTest, TheHousekeeperEndsAfterItsFirstRoundIfItIsStopped) {
  Record(15, Told("e1", 1, CallStatus::kCompleted));
  now_ += 31 * kDay;
  Retention retention(store_, eraser_, {.fold_window = 30 * kDay}, [this] { return now_; });
  { const Housekeeper housekeeper(retention, eraser_, absl::Hours(1)); }
  EXPECT_NE(store_.Tables().events.begin()->second.forget_time, std::nullopt);
}

}  // namespace
}  // namespace autopulse::callevents::core
