// How events that share a transaction see each other; what one event does is in
// event_recorder_test.cc.

#include "services/core/event_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "services/core/event_recorder.h"
#include "tests/domain/events.h"
#include "tests/domain/random_history.h"
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
using testing::SizeIs;

// A store and the recorder that writes to it.
struct Recording {
  explicit Recording(domain::RuleOptions options = {})
      : recorder(
            store, [](const auto&) {}, options, [] { return At(1000); }) {}

  std::vector<absl::StatusOr<Receipt>> Record(std::vector<ReportedEvent> events) {
    return fakes::Record(recorder, std::move(events));
  }

  void AddCall(std::int64_t id, const domain::CallState& state = {}) {
    store.Change([&](fakes::FakeTables& tables) {
      tables.service_records[id].id = id;
      tables.calls[id].id = id;
      tables.calls[id].service_record_id = id;
      tables.calls[id].state = state;
    });
  }

  void SetDataVersion(std::int64_t version) {
    store.Change([&](fakes::FakeTables& tables) { tables.data_version = version; });
  }

  fakes::FakeCallStore store;
  EventRecorder recorder;
};

ReportedEvent ForCall(std::int64_t call_id, domain::CallEvent event) {
  return {.call_id = call_id, .event = std::move(event), .call_if_unknown = std::nullopt};
}

ReportedEvent ForProvidersCall(domain::CallEvent event, bool registers = false) {
  ReportedEvent reported{
      .call_id = std::nullopt, .event = std::move(event), .call_if_unknown = std::nullopt};
  if (registers) reported.call_if_unknown.emplace();
  return reported;
}

TEST(EventGroupTest, AnEventFindsItsCallByTheProvidersIdOfAnEarlierOneOfTheGroup) {  // U1
  Recording recording;
  recording.AddCall(15);
  const auto receipts =
      recording.Record({ForProvidersCall(Of("p", Told("a", 1, CallStatus::kReady))),
                        ForCall(15, Of("p", Told("b", 2, CallStatus::kRinging))),
                        ForProvidersCall(Of("p", Told("c", 3, CallStatus::kInProgress)))});
  EXPECT_EQ(receipts[0].status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(receipts[2].ok()) << receipts[2].status();
  EXPECT_EQ(receipts[2]->event.call_id, 15);
  EXPECT_EQ(receipts[2]->call.state.status_word, "In Progress");
}

TEST(EventGroupTest, ACallThatIsNotThereIsNotFoundByTheProvidersIdOfItsEvents) {  // U1
  Recording recording;
  const auto receipts =
      recording.Record({ForCall(99, Of("p", Told("a", 1, CallStatus::kReady))),
                        ForProvidersCall(Of("p", Told("b", 2, CallStatus::kRinging)))});
  EXPECT_EQ(receipts[0].status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(receipts[1].status().code(), absl::StatusCode::kNotFound);
}

TEST(EventGroupTest, AnUnknownCallIsRegisteredOnceForAllItsEventsOfTheGroup) {  // U1
  Recording recording;
  const auto receipts = recording.Record(
      {ForProvidersCall(Of("p", Told("a", 1, CallStatus::kRinging)), /*registers=*/true),
       ForProvidersCall(Of("p", Told("b", 2, CallStatus::kInProgress)), /*registers=*/true)});
  ASSERT_TRUE(receipts[0].ok() && receipts[1].ok());
  EXPECT_EQ(receipts[0]->event.call_id, receipts[1]->event.call_id);
  EXPECT_THAT(recording.store.Tables().calls, SizeIs(1));
  EXPECT_THAT(recording.store.Tables().bases, SizeIs(1));
}

TEST(EventGroupTest, ALateEventIsFoldedWithTheEventsBeforeItInTheGroup) {  // O3
  Recording recording;
  recording.AddCall(15);
  const auto receipts = recording.Record({ForCall(15, Told("b", 9, CallStatus::kCompleted)),
                                          ForCall(15, Told("a", 1, CallStatus::kInProgress))});
  EXPECT_EQ(receipts[1]->event.outcome, EventOutcome::kLate);
  EXPECT_EQ(receipts[1]->call.state.duration_sec, 8);
  EXPECT_EQ(recording.store.Tables().calls.at(15).state.duration_sec, 8);
}

TEST(EventGroupTest, ALateEventIsFoldedWithWhatWasRecordedBeforeTheGroup) {  // O3
  Recording recording;
  recording.AddCall(15);
  recording.Record({ForCall(15, Told("a", 2, CallStatus::kInProgress))});
  const auto receipts = recording.Record({ForCall(15, Told("c", 9, CallStatus::kCompleted)),
                                          ForCall(15, Told("b", 1, CallStatus::kInProgress))});
  EXPECT_EQ(receipts[1]->event.outcome, EventOutcome::kLate);
  EXPECT_EQ(recording.store.Tables().calls.at(15).state.duration_sec, 8);
}

TEST(EventGroupTest, ATranscriptThatComesBackMayBeThatOfAnEventOfTheGroup) {  // O5
  Recording recording;
  recording.AddCall(15);
  domain::CallEvent older = Of("y", Told("c", 21, CallStatus::kRinging));
  older.provider_call_create_time = At(1);
  recording.Record({ForCall(15, Of("x", Reported("a", 10, ReportSaying("of x")))),
                    ForCall(15, Of("y", Reported("b", 20, ReportSaying("of y")))),
                    ForCall(15, older)});
  const fakes::FakeTables tables = recording.store.Tables();
  ASSERT_THAT(tables.transcript, SizeIs(1));
  EXPECT_EQ(tables.transcript.begin()->second.entry.content, "of x");
}

TEST(EventGroupTest, AnEventThatTheDatabaseRefusesFailsAlone) {
  Recording recording;
  recording.AddCall(15);
  recording.AddCall(16);
  recording.store.Change([](fakes::FakeTables& tables) { tables.refused_event_ids = {"b"}; });
  const auto receipts = recording.Record({ForCall(15, Told("a", 1, CallStatus::kRinging)),
                                          ForCall(15, Told("b", 2, CallStatus::kInProgress)),
                                          ForCall(15, Told("c", 3, CallStatus::kCompleted)),
                                          ForCall(16, Told("d", 1, CallStatus::kRinging))});
  EXPECT_EQ(receipts[1].status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(receipts[0].ok() && receipts[2].ok() && receipts[3].ok());
  EXPECT_EQ(receipts[2]->call.state.start_time, std::nullopt) << "as if `b` had never come";
  EXPECT_THAT(recording.store.Tables().events, SizeIs(3));
}

TEST(EventGroupTest, AnEventThatFailsAloneLeavesNothingKept) {  // O3
  Recording recording;
  recording.AddCall(15);
  recording.store.Change([](fakes::FakeTables& tables) { tables.refused_event_ids = {"b"}; });
  recording.Record({ForCall(15, Told("a", 1, CallStatus::kRinging)),
                    ForCall(15, Told("b", 2, CallStatus::kInProgress))});
  const auto receipts = recording.Record({ForCall(15, Told("c", 3, CallStatus::kCompleted))});
  EXPECT_EQ(receipts[0]->call.state.start_time, std::nullopt);
}

TEST(EventGroupTest, WhatAnotherServiceRecordedIsReadAgain) {  // O3
  Recording recording;
  recording.AddCall(15);
  recording.Record({ForCall(15, Told("a", 1, CallStatus::kRinging))});
  EventRecorder elsewhere(
      recording.store, [](const auto&) {}, {}, [] { return At(1000); });
  fakes::Record(elsewhere, {ForCall(15, Told("b", 2, CallStatus::kInProgress))});
  const auto receipts = recording.Record({ForCall(15, Told("c", 5, CallStatus::kCompleted))});
  EXPECT_EQ(receipts[0]->call.state.duration_sec, 3);
}

TEST(EventGroupTest, WhatAnotherProgramWroteToTheRowStays) {  // O3
  Recording recording;
  recording.AddCall(15);
  recording.Record({ForCall(15, Told("a", 1, CallStatus::kRinging))});
  recording.store.Change(
      [](fakes::FakeTables& tables) { tables.calls[15].state.recording_url = "theirs"; });
  const auto receipts = recording.Record({ForCall(15, Told("b", 2, CallStatus::kInProgress))});
  EXPECT_EQ(receipts[0]->call.state.recording_url, "theirs");
  EXPECT_EQ(recording.store.Tables().calls.at(15).state.recording_url, "theirs");
}

TEST(EventGroupTest, WhatIsRememberedHoldsWhileTheDatabaseHasTheSameVersion) {  // O3
  Recording recording;
  recording.AddCall(15);
  recording.SetDataVersion(1);
  recording.Record({ForCall(15, Told("a", 1, CallStatus::kInProgress))});
  // Unheard of: whoever writes makes another version. It shows that nothing is read.
  recording.store.Change(
      [](fakes::FakeTables& tables) { tables.calls[15].state.start_time.reset(); });
  const auto receipts = recording.Record({ForCall(15, Told("b", 5, CallStatus::kCompleted))});
  EXPECT_EQ(receipts[0]->call.state.duration_sec, 4);
  EXPECT_EQ(receipts[0]->call.state.start_time, At(1));
}

TEST(EventGroupTest, AnotherVersionOfTheDatabaseIsReadAgain) {  // O3
  Recording recording;
  recording.AddCall(15);
  recording.SetDataVersion(1);
  recording.Record({ForCall(15, Told("a", 1, CallStatus::kRinging))});
  recording.store.Change([](fakes::FakeTables& tables) {
    tables.calls[15].state.recording_url = "theirs";
    tables.data_version = 2;
  });
  const auto receipts = recording.Record({ForCall(15, Told("b", 2, CallStatus::kInProgress))});
  EXPECT_EQ(receipts[0]->call.state.recording_url, "theirs");
}

TEST(EventGroupTest, ARepeatOfARememberedCallIsOne) {  // O1
  Recording recording;
  recording.AddCall(15);
  recording.SetDataVersion(1);
  const ReportedEvent event = ForCall(15, Told("a", 1, CallStatus::kRinging));
  recording.Record({event});
  recording.Record({ForCall(15, Told("b", 2, CallStatus::kInProgress))});
  const auto receipts = recording.Record({event});
  EXPECT_TRUE(receipts[0]->duplicate);
  EXPECT_EQ(receipts[0]->event.sequence, 1);
  EXPECT_EQ(receipts[0]->call.state.status_word, "In Progress");
}

TEST(EventGroupTest, ARepeatOfACallThatWasReadIsOneThoughTheCallIsRemembered) {  // O1
  Recording recording;
  recording.AddCall(15);
  const ReportedEvent event = ForCall(15, Told("a", 1, CallStatus::kRinging));
  recording.Record({event});
  recording.SetDataVersion(1);  // what was remembered does not hold
  recording.Record({ForCall(15, Told("b", 2, CallStatus::kInProgress))});
  EXPECT_TRUE(recording.Record({event})[0]->duplicate);
}

TEST(EventGroupTest, ARepeatOfWhatAnotherServiceRecordedIsOneThoughTheCallIsRemembered) {  // O1
  Recording recording;
  recording.AddCall(15);
  recording.Record({ForCall(15, Told("a", 1, CallStatus::kRinging))});
  const ReportedEvent event = ForCall(15, Told("b", 2, CallStatus::kInProgress));
  EventRecorder elsewhere(
      recording.store, [](const auto&) {}, {}, [] { return At(0); });
  fakes::Record(elsewhere, {event});
  const auto receipts = recording.Record({event});
  EXPECT_TRUE(receipts[0]->duplicate);
  EXPECT_EQ(receipts[0]->event.sequence, 2);
}

TEST(EventGroupTest, AGroupOfRepeatsWritesNothing) {  // O1
  Recording recording;
  recording.AddCall(15);
  const ReportedEvent event = ForCall(15, Told("a", 1, CallStatus::kRinging));
  recording.Record({event});
  const auto receipts = recording.Record({event, event});
  EXPECT_TRUE(receipts[0]->duplicate && receipts[1]->duplicate);
  EXPECT_EQ(receipts[1]->event.sequence, 1);
  EXPECT_THAT(recording.store.Tables().events, SizeIs(1));
}

// What must not depend on which events shared a transaction.
std::vector<std::string> ContentsOf(const fakes::FakeTables& tables) {
  std::vector<std::string> contents;
  for (const auto& [id, row] : tables.transcript) contents.push_back(row.entry.content);
  return contents;
}

TEST(EventGroupTest, HowEventsAreGroupedChangesNothing) {  // O1, O3, O4, O5
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << std::endl;
  std::mt19937_64 random(seed);
  for (int i = 0; i < 300 && !testing::Test::HasFailure(); ++i) {
    const domain::RandomHistory history = domain::DrawHistory(random, {});
    Recording grouped(history.options);
    Recording single(history.options);
    grouped.AddCall(15, history.row);
    if (i % 2 == 0) grouped.SetDataVersion(1);
    single.AddCall(15, history.row);
    std::vector<ReportedEvent> group;
    std::vector<EventOutcome> outcomes;
    std::vector<EventOutcome> expected;
    const auto record_group = [&] {
      for (const auto& receipt : grouped.Record(std::exchange(group, {}))) {
        outcomes.push_back(receipt->event.outcome);
      }
    };
    for (const std::size_t index : domain::DrawArrival(random, history.events.size())) {
      group.push_back(ForCall(15, history.events[index]));
      expected.push_back(single.Record({group.back()}).front()->event.outcome);
      if (random() % 3 == 0) record_group();
    }
    record_group();
    EXPECT_EQ(outcomes, expected) << domain::Describe(history.events);
    const fakes::FakeTables tables = grouped.store.Tables();
    const fakes::FakeTables others = single.store.Tables();
    EXPECT_EQ(tables.calls.at(15).state, others.calls.at(15).state);
    EXPECT_EQ(tables.service_records.at(15).status_word, others.service_records.at(15).status_word);
    EXPECT_EQ(ContentsOf(tables), ContentsOf(others));
    EXPECT_EQ(tables.events.size(), others.events.size());
  }
}

}  // namespace
}  // namespace autopulse::callevents::core
