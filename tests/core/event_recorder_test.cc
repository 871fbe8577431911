#include "services/core/event_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "services/base/limits.h"
#include "tests/domain/events.h"
#include "tests/fakes/fake_call_store.h"
#include "tests/fakes/record.h"

namespace autopulse::callevents::core {
namespace {

using domain::At;
using domain::CallStatus;
using domain::EventOutcome;
using domain::HangupReason;
using domain::HungUp;
using domain::Of;
using domain::Reported;
using domain::ReportSaying;
using domain::Told;
using fakes::TranscriptOf;
using testing::ElementsAre;
using testing::IsEmpty;

class EventRecorderTest : public testing::Test {
 protected:
  void SetUp() override {
    feed_.Subscribe([] {});
    store_.Change([](fakes::FakeTables& tables) {
      tables.service_records[9].id = 9;
      domain::Call& call = tables.calls[15];
      call.id = 15;
      call.service_record_id = 9;
      tables.calls[16].id = 16;
    });
  }

  static ReportedEvent ForCall(std::int64_t call_id, domain::CallEvent event) {
    return {.call_id = call_id, .event = std::move(event), .call_if_unknown = std::nullopt};
  }

  static ReportedEvent ForProvidersCall(domain::CallEvent event) {
    return {.call_id = std::nullopt, .event = std::move(event), .call_if_unknown = std::nullopt};
  }

  absl::StatusOr<Receipt> Record(const ReportedEvent& event) {
    return fakes::Record(recorder_, {event}).front();
  }

  std::string ServiceRecordWord() { return store_.Tables().service_records.at(9).status_word; }

  std::vector<std::string> Published() {
    std::vector<std::string> event_ids;
    const CallFeed::Entries entries = feed_.After(0, 100).value_or(CallFeed::Entries());
    for (const auto& entry : entries) event_ids.push_back(entry->event.event.event_id);
    return event_ids;
  }

  fakes::FakeCallStore store_;
  CallFeed feed_{0, 100};
  absl::Time now_ = At(1000);
  EventRecorder recorder_{store_,
                          [this](const auto& receipts) { PublishNew(receipts, feed_); },
                          {},
                          [this] { return now_; }};
};

TEST_F(EventRecorderTest, AnAppliedEventWritesTheCallItsServiceRecordAndTheJournal) {  // S2, M1
  const auto receipt = Record(ForCall(15, Told("a", 1, CallStatus::kRinging)));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_FALSE(receipt->duplicate);
  EXPECT_EQ(receipt->event.outcome, EventOutcome::kApplied);
  EXPECT_EQ(receipt->event.call_id, 15);
  EXPECT_EQ(receipt->event.sequence, 1);
  EXPECT_EQ(receipt->event.create_time, At(1000));
  EXPECT_EQ(receipt->event.call_status_word, "Ringing");
  EXPECT_EQ(receipt->call.state.status_word, "Ringing");
  EXPECT_EQ(receipt->call.update_time, At(1000));
  const fakes::FakeTables tables = store_.Tables();
  EXPECT_EQ(tables.calls.at(15).state, receipt->call.state);
  EXPECT_EQ(tables.service_records.at(9).status_word, "Ringing");
  EXPECT_EQ(tables.service_records.at(9).update_time, At(1000));
  EXPECT_EQ(tables.events.at(1).event.event_id, "a");
}

TEST_F(EventRecorderTest, AStaleEventIsInTheJournalOnly) {  // O2, M1
  ASSERT_TRUE(Record(ForCall(15, Told("a", 9, CallStatus::kCompleted))).ok());
  now_ = At(2000);
  const auto receipt = Record(ForCall(15, Told("b", 10, CallStatus::kRinging)));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->event.outcome, EventOutcome::kStale);
  EXPECT_EQ(receipt->event.call_status_word, "Completed") << "what a repeat is answered with";
  EXPECT_EQ(receipt->call.update_time, At(1000));
  EXPECT_EQ(store_.Tables().service_records.at(9).update_time, At(1000));
  EXPECT_EQ(store_.Tables().events.size(), 2u);
}

TEST_F(EventRecorderTest, ALateEventWritesTheServiceRecordToo) {  // O3, M1
  ASSERT_TRUE(Record(ForCall(15, Told("b", 9, CallStatus::kCompleted))).ok());
  store_.Change([](fakes::FakeTables& tables) { tables.service_records[9].status_word = "Paid"; });
  const auto receipt = Record(ForCall(15, Told("a", 1, CallStatus::kInProgress)));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->event.outcome, EventOutcome::kLate);
  EXPECT_EQ(receipt->call.state.duration_sec, 8);
  EXPECT_EQ(ServiceRecordWord(), "Completed");
}

TEST_F(EventRecorderTest, ACallWithoutAServiceRecordIsRecordedAsWell) {  // M1
  const auto receipt = Record(ForCall(16, Told("a", 1, CallStatus::kRinging)));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(ServiceRecordWord(), "Scheduled");
}

TEST_F(EventRecorderTest, ARepeatIsAnsweredAsTheFirstWasAndWritesNothing) {  // O1, E2
  const ReportedEvent ringing = ForCall(15, Told("a", 1, CallStatus::kRinging));
  ASSERT_TRUE(Record(ringing).ok());
  ASSERT_TRUE(Record(ForCall(15, Told("b", 2, CallStatus::kInProgress))).ok());
  const fakes::FakeTables before = store_.Tables();
  now_ = At(5000);
  const auto receipt = Record(ringing);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_TRUE(receipt->duplicate);
  EXPECT_EQ(receipt->event.call_status_word, "Ringing");
  EXPECT_EQ(receipt->event.outcome, EventOutcome::kApplied);
  EXPECT_EQ(receipt->event.create_time, At(1000));
  EXPECT_EQ(receipt->call.state.status_word, "In Progress") << "the call as it is now";
  EXPECT_EQ(store_.Tables().events.size(), before.events.size());
  EXPECT_EQ(store_.Tables().calls.at(15).update_time, At(1000));
  EXPECT_THAT(Published(), ElementsAre("a", "b"));
}

TEST_F(EventRecorderTest, TheFirstContentUnderAnIdStands) {  // O1
  ASSERT_TRUE(Record(ForCall(15, Told("a", 1, CallStatus::kRinging))).ok());
  const auto receipt = Record(ForCall(15, Told("a", 2, CallStatus::kFailed)));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_TRUE(receipt->duplicate);
  EXPECT_EQ(store_.Tables().calls.at(15).state.status_word, "Ringing");
}

TEST_F(EventRecorderTest, AnIdIsOneEventPerCall) {  // O1
  ASSERT_TRUE(Record(ForCall(15, Told("a", 1, CallStatus::kRinging))).ok());
  const auto receipt = Record(ForCall(16, Told("a", 1, CallStatus::kRinging)));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_FALSE(receipt->duplicate);
}

TEST_F(EventRecorderTest, TheBaseIsTheRowBeforeTheFirstEvent) {  // O3
  store_.Change([](fakes::FakeTables& tables) {
    tables.calls[15].state.status_word = "In Progress";
    tables.calls[15].state.start_time = At(-60);
  });
  ASSERT_TRUE(Record(ForCall(15, Told("b", 9, CallStatus::kCompleted))).ok());
  ASSERT_TRUE(Record(ForCall(15, Told("a", 1, CallStatus::kInProgress))).ok());
  EXPECT_EQ(store_.Tables().bases.at(15).call.status_word, "In Progress");
  EXPECT_EQ(store_.Tables().calls.at(15).state.start_time, At(-60));
  EXPECT_EQ(store_.Tables().calls.at(15).state.duration_sec, 69);
}

TEST_F(EventRecorderTest, TheTranscriptOfAReportIsStoredAndReplacedAsASet) {  // R6, O4
  ASSERT_TRUE(Record(ForCall(15, Reported("a", 1, ReportSaying("first")))).ok());
  EXPECT_THAT(TranscriptOf(store_.Tables(), 15), ElementsAre("first"));
  ASSERT_TRUE(Record(ForCall(15, Reported("b", 2, ReportSaying("second")))).ok());
  EXPECT_THAT(TranscriptOf(store_.Tables(), 15), ElementsAre("second"));
  ASSERT_TRUE(Record(ForCall(15, Reported("c", 3))).ok());
  EXPECT_THAT(TranscriptOf(store_.Tables(), 15), ElementsAre("second"));
  EXPECT_THAT(TranscriptOf(store_.Tables(), 16), IsEmpty());
}

TEST_F(EventRecorderTest, AnAttemptThatTurnsOutNewerBringsItsReportedTranscriptBack) {  // O5
  ASSERT_TRUE(Record(ForCall(15, Of("x", Reported("a", 10, ReportSaying("of x"))))).ok());
  ASSERT_TRUE(Record(ForCall(15, Of("y", Reported("b", 20, ReportSaying("of y"))))).ok());
  EXPECT_THAT(TranscriptOf(store_.Tables(), 15), ElementsAre("of y"));
  // Now it is known that the provider had created y before x.
  domain::CallEvent event = Of("y", Told("c", 21, CallStatus::kRinging));
  event.provider_call_create_time = At(1);
  const auto receipt = Record(ForCall(15, event));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->event.outcome, EventOutcome::kLate);
  EXPECT_THAT(TranscriptOf(store_.Tables(), 15), ElementsAre("of x"));
}

TEST_F(EventRecorderTest, AReceiptCarriesNoTranscript) {
  const auto receipt = Record(ForCall(15, Reported("a", 1, ReportSaying("first"))));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  const auto& report = std::get<domain::EndOfCallReport>(receipt->event.event.detail);
  EXPECT_TRUE(report.has_transcript);
  EXPECT_THAT(report.transcript, IsEmpty());
}

TEST_F(EventRecorderTest, AnEventOfACallThatIsNotThereIsNotFound) {  // E1
  const auto receipt = Record(ForCall(99, Told("a", 1, CallStatus::kRinging)));
  EXPECT_EQ(receipt.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(receipt.status().message()), testing::HasSubstr("99"));
  EXPECT_THAT(store_.Tables().events, IsEmpty());
  EXPECT_THAT(Published(), IsEmpty());
}

TEST_F(EventRecorderTest, AnEventMayBeReportedByItsProvidersCall) {  // U1, inbound calls
  ASSERT_TRUE(Record(ForCall(15, Of("p", Told("a", 1, CallStatus::kRinging)))).ok());
  const auto receipt = Record(ForProvidersCall(Of("p", Told("b", 2, CallStatus::kInProgress))));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->event.call_id, 15);
}

TEST_F(EventRecorderTest, AnUnknownProvidersCallIsNotFound) {  // U1
  const auto receipt = Record(ForProvidersCall(Of("p", Told("a", 1, CallStatus::kRinging))));
  EXPECT_EQ(receipt.status().code(), absl::StatusCode::kNotFound);
}

TEST_F(EventRecorderTest, AnUnknownProvidersCallIsRegisteredIfTheReporterWantsIt) {  // U1
  ReportedEvent event = ForProvidersCall(Of("p", Told("a", 1, CallStatus::kRinging)));
  event.call_if_unknown.emplace();
  event.call_if_unknown->customer_number = "+1555";
  const auto first = Record(event);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->call.customer_number, "+1555");
  EXPECT_EQ(first->call.state.provider_call_id, "p");
  EXPECT_EQ(first->call.create_time, At(1000));
  event.event = Of("p", Told("b", 2, CallStatus::kInProgress));
  const auto second = Record(event);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->event.call_id, first->event.call_id) << "now it is known";
}

TEST_F(EventRecorderTest, ACallIsNotRegisteredIfItsEventFails) {  // U1
  ReportedEvent event = ForProvidersCall(Of("p", Told("a", 1, CallStatus::kRinging)));
  event.call_if_unknown.emplace();
  event.call_if_unknown->service_record_id = 77;
  EXPECT_EQ(Record(event).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.Tables().calls.size(), 2u);
}

TEST_F(EventRecorderTest, WhereIdsAreUsedUpOnlyTheEventThatNeedsOneFails) {  // U1
  store_.Change([](fakes::FakeTables& tables) {
    tables.calls[base::kLargestCountedId].id = base::kLargestCountedId;
  });
  ReportedEvent unknown = ForProvidersCall(Of("p", Told("a", 1, CallStatus::kRinging)));
  unknown.call_if_unknown.emplace();
  const auto receipts =
      fakes::Record(recorder_, {ForCall(15, Told("b", 1, CallStatus::kRinging)), unknown,
                                ForCall(16, Told("c", 1, CallStatus::kRinging))});
  EXPECT_TRUE(receipts[0].ok()) << receipts[0].status();
  EXPECT_EQ(receipts[1].status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(receipts[2].ok()) << receipts[2].status();
}

TEST_F(EventRecorderTest, EventsOfOneTransactionSeeEachOther) {
  const auto receipts =
      fakes::Record(recorder_, {ForCall(15, Told("a", 1, CallStatus::kRinging)),
                                ForCall(15, Told("a", 1, CallStatus::kRinging)),
                                ForCall(15, HungUp("b", 2, HangupReason::kUserInitiated)),
                                ForCall(15, Told("c", 3, CallStatus::kCompleted))});
  ASSERT_EQ(receipts.size(), 4u);
  EXPECT_FALSE(receipts[0]->duplicate);
  EXPECT_TRUE(receipts[1]->duplicate);  // O1
  EXPECT_EQ(receipts[3]->call.state.status_word, "Completed");
  EXPECT_EQ(store_.commits(), 1);
}

TEST_F(EventRecorderTest, EachEventOfATransactionFailsAlone) {
  const auto receipts = fakes::Record(recorder_, {ForCall(15, Told("a", 1, CallStatus::kRinging)),
                                                  ForCall(99, Told("b", 1, CallStatus::kRinging)),
                                                  ForCall(16, Told("c", 1, CallStatus::kRinging))});
  ASSERT_EQ(receipts.size(), 3u);
  EXPECT_TRUE(receipts[0].ok());
  EXPECT_EQ(receipts[1].status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(receipts[2].ok());
  EXPECT_THAT(Published(), ElementsAre("a", "c"));
}

TEST_F(EventRecorderTest, WhenTheCommitFailsEveryEventFailsAndNothingIsPublished) {
  store_.FailNextCommit(absl::UnavailableError("disk full"));
  const auto receipts = fakes::Record(recorder_, {ForCall(15, Told("a", 1, CallStatus::kRinging)),
                                                  ForCall(99, Told("b", 1, CallStatus::kRinging))});
  ASSERT_EQ(receipts.size(), 2u);
  for (const auto& receipt : receipts) {
    EXPECT_EQ(receipt.status().code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_THAT(Published(), IsEmpty());
  EXPECT_THAT(store_.Tables().events, IsEmpty());
}

TEST_F(EventRecorderTest, ALostRaceIsRunAgainAndCountsOnce) {
  store_.FailNextCommit(absl::AbortedError("lost a race"));
  const auto receipts =
      fakes::Record(recorder_, {ForCall(15, Told("a", 1, CallStatus::kRinging)),
                                ForCall(15, Told("b", 2, CallStatus::kInProgress))});
  ASSERT_EQ(receipts.size(), 2u);
  EXPECT_FALSE(receipts[0]->duplicate);
  EXPECT_EQ(store_.Tables().events.size(), 2u);
  EXPECT_THAT(Published(), ElementsAre("a", "b"));
}

TEST_F(EventRecorderTest, WhileNobodyWatchesNothingIsKeptForWatchers) {
  CallFeed unwatched(0, 100);
  EventRecorder recorder(
      store_, [&](const auto& receipts) { PublishNew(receipts, unwatched); }, {},
      [this] { return now_; });
  fakes::Record(recorder, {ForCall(15, Told("a", 1, CallStatus::kRinging))});
  EXPECT_EQ(unwatched.last_sequence(), 1);
  EXPECT_FALSE(unwatched.After(0, 10).has_value());
}

TEST_F(EventRecorderTest, WatchersGetTheCallAsTheEventLeftIt) {
  fakes::Record(recorder_, {ForCall(15, Told("a", 1, CallStatus::kRinging)),
                            ForCall(15, Told("b", 2, CallStatus::kInProgress))});
  const CallFeed::Entries entries = feed_.After(0, 10).value_or(CallFeed::Entries());
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0]->call.state.status_word, "Ringing");
  EXPECT_EQ(entries[1]->call.state.status_word, "In Progress");
}

}  // namespace
}  // namespace autopulse::callevents::core
