#include <string>
#include <variant>

#include "gmock/gmock.h"
#include "tests/contract/call_store_contract.h"
#include "tests/domain/events.h"

namespace autopulse::callevents::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// What every member of both is read back from, and no member of which may thus be left out.
TEST(FullValuesTest, HaveNoMemberThatSaysNothing) {
  using testing::Each;
  EXPECT_THAT(domain::Equal(MembersOf(FullState()), MembersOf(domain::CallState())), Each(false));
  EXPECT_THAT(domain::Equal(MembersOf(FullReport()), MembersOf(domain::EndOfCallReport())),
              Each(false));
}

TEST_P(CallStoreContract, EnvelopeOfAnEventIsReadBack) {
  const std::int64_t call_id = AddCall();
  domain::RecordedEvent event = EventOf(call_id, "e1");
  const std::int64_t sequence = AddEvent(event);
  const domain::RecordedEvent stored = FindEvent(call_id, "e1");
  event.sequence = sequence;
  EXPECT_TRUE(stored == event);
}

TEST_P(CallStoreContract, EveryOutcomeOfAnEventIsReadBack) {
  const std::int64_t call_id = AddCall();
  using domain::EventOutcome;
  for (const EventOutcome outcome :
       {EventOutcome::kApplied, EventOutcome::kStale, EventOutcome::kLate}) {
    const std::string event_id = "e" + std::to_string(static_cast<int>(outcome));
    domain::RecordedEvent event = EventOf(call_id, event_id);
    event.outcome = outcome;
    AddEvent(event);
    EXPECT_EQ(FindEvent(call_id, event_id).outcome, outcome);
  }
}

TEST_P(CallStoreContract, StatusUpdateIsReadBack) {
  for (const domain::CallStatus call_status : domain::kCallStatuses) {
    const domain::StatusUpdate update{
        .call_status = call_status,
        .provider_status = "forwarding",
        .forwarding = true,
        .ended_reason = "customer-busy",
        .ended_reason_group = domain::EndedReasonGroup::kAnsweredIfStartedElseFailed};
    EXPECT_TRUE(Stored(update) == update);
  }
}

TEST_P(CallStoreContract, HangupIsReadBack) {  // H2: its reason is kept in the event
  using domain::HangupReason;
  for (const HangupReason reason : {HangupReason::kUnspecified, HangupReason::kUserInitiated,
                                    HangupReason::kSystemInitiated, HangupReason::kOther}) {
    const domain::Hangup hangup{.reason = reason, .provider_reason = "word"};
    EXPECT_TRUE(Stored(hangup) == hangup);
  }
}

TEST_P(CallStoreContract, NoticeIsReadBack) {  // V2
  EXPECT_EQ(Stored(domain::Notice{.kind = "hang"}).kind, "hang");
}

TEST_P(CallStoreContract, ReportIsReadBackWithoutItsTranscript) {
  domain::EndOfCallReport report = FullReport();  // R3: exact at the largest amount
  const domain::EndOfCallReport stored = Stored(report);
  report.transcript.clear();
  EXPECT_TRUE(stored == report);
}

TEST_P(CallStoreContract, EmptyReportIsReadBackEmpty) {
  EXPECT_TRUE(Stored(domain::EndOfCallReport{}) == domain::EndOfCallReport{});
}

TEST_P(CallStoreContract, ReportedTranscriptIsReadBackExactly) {
  const std::int64_t call_id = AddCall();
  AddEvent(EventOf(call_id, "with", FullReport()));
  AddEvent(EventOf(call_id, "without", domain::EndOfCallReport{}));
  const auto transcript = [&](const std::string& event_id) {
    return Read([&](core::CallReader& reader) {
             return reader.ReportedTranscript(call_id, event_id);
           })
        .value();
  };
  EXPECT_EQ(transcript("with"), TwoEntries());
  EXPECT_THAT(transcript("without"), IsEmpty());
  EXPECT_THAT(transcript("unknown"), IsEmpty());
}

TEST_P(CallStoreContract, EventIsRecordedOncePerCall) {  // O1
  const std::int64_t call_id = AddCall();
  const std::int64_t other_id = AddCall();
  AddEvent(EventOf(call_id, "e1"));
  AddEvent(EventOf(other_id, "e1"));
  const auto again =
      Write([&](core::CallWriter& writer) { return InsertEvent(writer, EventOf(call_id, "e1")); });
  EXPECT_TRUE(absl::IsAlreadyExists(again.status())) << again.status();
}

TEST_P(CallStoreContract, EventOfUnknownCallIsRefused) {
  const auto sequence =
      Write([](core::CallWriter& writer) { return InsertEvent(writer, EventOf(99, "e1")); });
  EXPECT_TRUE(absl::IsFailedPrecondition(sequence.status())) << sequence.status();
}

TEST_P(CallStoreContract, UnknownEventIsNotFound) {
  const std::int64_t call_id = AddCall();
  const auto event = Read([&](core::CallReader& reader) {
    return reader.FindEvent({call_id, "e"});
  });
  EXPECT_EQ(event.value().has_value(), false);
}

TEST_P(CallStoreContract, EventsAreListedBySequence) {
  const std::int64_t call_id = AddCall();
  const std::int64_t other_id = AddCall();
  const std::int64_t first = AddEvent(EventOf(call_id, "e1"));
  const std::int64_t second = AddEvent(EventOf(other_id, "e2"));
  const std::int64_t third = AddEvent(EventOf(call_id, "e3"));
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  const auto list = [&](std::int64_t after, int limit) {
    const auto events =
        Read([&](core::CallReader& reader) { return reader.ListEvents(call_id, after, limit); });
    std::vector<std::string> ids;
    for (const domain::RecordedEvent& event : *events) ids.push_back(event.event.event_id);
    return ids;
  };
  EXPECT_THAT(list(0, 10), ElementsAre("e1", "e3"));
  EXPECT_THAT(list(0, 1), ElementsAre("e1"));
  EXPECT_THAT(list(first, 10), ElementsAre("e3"));
  const auto all =
      Read([&](core::CallReader& reader) { return reader.ListAllEvents(first, 10); }).value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].sequence, second);
  EXPECT_EQ(all[1].sequence, third);
}

TEST_P(CallStoreContract, EventsThatAreSavedTogetherHaveTheSequencesAndTranscriptsOfTheirOwn) {
  const std::int64_t call_id = AddCall();
  AddEvent(EventOf(call_id, "before"));
  std::vector<domain::RecordedEvent> events;
  for (int i = 0; i < 100; ++i) {
    domain::EndOfCallReport report = FullReport();
    report.transcript[0].content = std::to_string(i);
    report.has_transcript = i % 3 == 0;
    events.push_back(EventOf(call_id, "e" + std::to_string(i), report));
  }
  core::RecordedChanges changes;
  for (const domain::RecordedEvent& event : events) {
    changes.events.push_back({event.call_id, event.create_time, event.outcome,
                              event.call_status_word, &event.event, event.forget_time});
  }
  const auto sequences = Write([&](core::CallWriter& writer) { return writer.Save(changes); });
  ASSERT_TRUE(sequences.ok()) << sequences.status();
  ASSERT_EQ(sequences->size(), events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::string& event_id = events[i].event.event_id;
    EXPECT_EQ(FindEvent(call_id, event_id).sequence, (*sequences)[i]);
    const auto transcript = Read(
        [&](core::CallReader& reader) { return reader.ReportedTranscript(call_id, event_id); });
    auto reported = std::get<domain::EndOfCallReport>(events[i].event.detail);
    if (!reported.has_transcript) reported.transcript.clear();
    EXPECT_EQ(*transcript, reported.transcript);
  }
}

TEST_P(CallStoreContract, TheJournalIsMarkedAtItsNewestEvent) {
  const auto last = [&] {
    return Read([](core::CallReader& reader) { return reader.MarkJournal(); }).value().sequence;
  };
  EXPECT_EQ(last(), 0);
  const std::int64_t call_id = AddCall();
  AddEvent(EventOf(call_id, "e1"));
  const std::int64_t newest = AddEvent(EventOf(call_id, "e2"));
  EXPECT_EQ(last(), newest);
}

TEST_P(CallStoreContract, LastChangeIsTheNewestEventThatIsNotStale) {
  const std::int64_t call_id = AddCall();
  const auto last_change = [&](std::int64_t of_call) -> std::string {
    const auto event =
        Read([&](core::CallReader& reader) { return reader.FindLastChange(of_call); }).value();
    return event ? event->event.event_id : "none";
  };
  const auto add = [&](std::int64_t to_call, const char* event_id, domain::EventOutcome outcome) {
    domain::RecordedEvent event = EventOf(to_call, event_id);
    event.outcome = outcome;
    AddEvent(event);
  };
  add(call_id, "e1", domain::EventOutcome::kStale);
  EXPECT_EQ(last_change(call_id), "none");
  add(call_id, "e2", domain::EventOutcome::kApplied);
  EXPECT_EQ(last_change(call_id), "e2");
  add(call_id, "e3", domain::EventOutcome::kLate);
  add(call_id, "e4", domain::EventOutcome::kStale);
  add(AddCall(), "e5", domain::EventOutcome::kApplied);
  EXPECT_EQ(last_change(call_id), "e3");
}

TEST_P(CallStoreContract, HistoryIsTheBaseAndTheEventsThatCount) {  // O3, V2
  const std::int64_t call_id = AddCall();
  const domain::FoldState base{.call = FullState(),
                               .ended_reason_group = domain::EndedReasonGroup::kMissed,
                               .hung_up = true};
  EXPECT_TRUE(
      Write([&](core::CallWriter& writer) { return InsertBase(writer, call_id, base); }).ok());
  AddEvent(EventOf(call_id, "e1"));
  AddEvent(EventOf(call_id, "e2", domain::Notice{.kind = "hang"}));
  AddEvent(EventOf(call_id, "e3", FullReport()));
  AddEvent(EventOf(AddCall(), "e4"));
  const auto history =
      Read([&](core::CallReader& reader) { return reader.FindHistories({call_id}); })->front();
  ASSERT_TRUE(history.has_value());
  EXPECT_TRUE(history->base == base);
  std::vector<std::string> ids;
  for (const domain::CallEvent& event : history->events) ids.push_back(event.event_id);
  EXPECT_THAT(ids, testing::UnorderedElementsAre("e1", "e3"));
}

TEST_P(CallStoreContract, CallWithoutABaseHasNoHistory) {
  const std::int64_t call_id = AddCall();
  const auto histories =
      Read([&](core::CallReader& reader) { return reader.FindHistories({call_id}); });
  ASSERT_EQ(histories->size(), 1U);
  EXPECT_FALSE(histories->front().has_value());
}

}  // namespace
}  // namespace autopulse::callevents::contract
