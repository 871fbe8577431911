#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "services/domain/fold.h"
#include "tests/domain/events.h"
#include "tests/domain/model_store.h"

// O5: a call that is dialled again.
namespace autopulse::callevents::domain {
namespace {

constexpr auto kApplied = EventOutcome::kApplied;
constexpr auto kLate = EventOutcome::kLate;
constexpr auto kStale = EventOutcome::kStale;

CallEvent CreatedAt(double seconds, CallEvent event) {
  event.provider_call_create_time = At(seconds);
  return event;
}

std::vector<std::string> AttemptIds(const ModelStore& store) {
  std::vector<std::string> ids;
  for (const Attempt& attempt : store.Attempts()) ids.push_back(attempt.provider_call_id);
  return ids;
}

// A call whose first attempt was missed and brought a report with a transcript.
ModelStore MissedOnce() {
  ModelStore store;
  store.Arrive(Of("first", Told("a", 0, CallStatus::kInProgress)));
  EndOfCallReport report = ReportSaying("nobody there");
  report.ended_reason = "voicemail";
  report.cost = Decimal{100};
  report.recording_url = "https://first";
  store.Arrive(Of("first", Reported("b", 10, report)));
  return store;
}

TEST(FoldAttemptsTest, ARedialBeginsAfresh) {  // O5
  ModelStore store = MissedOnce();
  EXPECT_EQ(store.Arrive(Of("second", Told("c", 100, CallStatus::kRinging))), kApplied);
  CallState fresh;
  fresh.status_word = "Ringing";
  fresh.provider_call_id = "second";
  EXPECT_EQ(store.row, fresh);
}

TEST(FoldAttemptsTest, TheTranscriptStaysUntilTheNewestAttemptsReportComes) {  // O5
  ModelStore store = MissedOnce();
  store.Arrive(Of("second", Told("c", 100, CallStatus::kRinging)));
  EXPECT_EQ(store.transcript_event_id, "b");
  store.Arrive(Of("second", Reported("d", 200)));
  EXPECT_EQ(store.transcript_event_id, "b") << "it had none";
  store.Arrive(Of("second", Reported("e", 300, ReportSaying("hello"))));
  EXPECT_EQ(store.transcript_event_id, "e");
}

TEST(FoldAttemptsTest, AnEventOfAnOlderAttemptIsStale) {  // O5
  ModelStore store = MissedOnce();
  store.Arrive(Of("second", Told("c", 100, CallStatus::kRinging)));
  EXPECT_EQ(store.Arrive(Of("first", HungUp("d", 101, HangupReason::kOther))), kStale);
  EXPECT_EQ(store.row.status_word, "Ringing");
}

TEST(FoldAttemptsTest, AReportOfAnOlderAttemptIsLateIfItSuppliesTheTranscript) {  // O5
  ModelStore store;
  store.Arrive(Of("first", Told("a", 0, CallStatus::kRinging)));
  store.Arrive(Of("second", Told("c", 100, CallStatus::kRinging)));
  EXPECT_EQ(store.Arrive(Of("first", Reported("b", 110, ReportSaying("hello")))), kLate);
  EXPECT_EQ(store.transcript_event_id, "b");
  EXPECT_EQ(store.row.status_word, "Ringing");
  EXPECT_EQ(store.row.provider_call_id, "second");
}

TEST(FoldAttemptsTest, AReportOfAnOlderAttemptIsStaleOnceTheNewestHasATranscript) {  // O5
  ModelStore store;
  store.Arrive(Of("first", Told("a", 0, CallStatus::kRinging)));
  store.Arrive(Of("second", Reported("c", 100, ReportSaying("newer"))));
  EXPECT_EQ(store.Arrive(Of("first", Reported("b", 110, ReportSaying("older")))), kStale);
  EXPECT_EQ(store.transcript_event_id, "c");
}

TEST(FoldAttemptsTest, EachAttemptsOwnStateStaysReadable) {  // O5
  ModelStore store = MissedOnce();
  store.Arrive(Of("second", Told("c", 100, CallStatus::kRinging)));
  const std::vector<Attempt> attempts = store.Attempts();
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_EQ(attempts[0].provider_call_id, "first");
  EXPECT_EQ(attempts[0].begin_time, At(0));
  EXPECT_EQ(attempts[0].state.call.status_word, "Completed");
  EXPECT_EQ(attempts[0].state.call.cost, Decimal{100});
  EXPECT_EQ(attempts[0].transcript_event_id, "b");
  EXPECT_EQ(attempts[1].provider_call_id, "second");
  EXPECT_EQ(attempts[1].begin_time, At(100));
  EXPECT_EQ(attempts[1].transcript_event_id, "");
}

TEST(FoldAttemptsTest, AnAttemptBeginsWhenTheProviderCreatedIt) {  // O5, createdAt
  ModelStore store;
  store.Arrive(CreatedAt(5, Of("old", Told("a", 50, CallStatus::kRinging))));
  store.Arrive(CreatedAt(20, Of("new", Told("b", 21, CallStatus::kInProgress))));
  EXPECT_EQ(AttemptIds(store), (std::vector<std::string>{"old", "new"}));
  EXPECT_EQ(store.row.provider_call_id, "new");
  EXPECT_EQ(store.row.status_word, "In Progress");
  EXPECT_EQ(store.Attempts()[0].begin_time, At(5));
}

TEST(FoldAttemptsTest, AttemptsThatBeginTogetherGoById) {  // O5
  ModelStore store;
  store.Arrive(Of("b", Told("x", 1, CallStatus::kRinging)));
  store.Arrive(Of("a", Told("y", 1, CallStatus::kInProgress)));
  EXPECT_EQ(AttemptIds(store), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(store.row.status_word, "Ringing");
}

TEST(FoldAttemptsTest, AnEventWithoutAnIdBelongsToTheAttemptThatHadBegunLast) {  // O5
  ModelStore store;
  store.Arrive(Of("first", Told("a", 0, CallStatus::kRinging)));
  store.Arrive(Of("second", Told("c", 100, CallStatus::kRinging)));
  EXPECT_EQ(store.Arrive(Told("b", 99, CallStatus::kInProgress)), kStale);
  EXPECT_EQ(store.Arrive(Told("d", 100, CallStatus::kInProgress)), kApplied);
  EXPECT_EQ(store.row.start_time, At(100));
  EXPECT_EQ(store.Attempts()[0].state.call.start_time, At(99));
}

TEST(FoldAttemptsTest, AnEventWithoutAnIdFromBeforeAllAttemptsBelongsToTheOldest) {  // O5
  ModelStore store;
  store.Arrive(Of("first", Told("a", 10, CallStatus::kInProgress)));
  store.Arrive(Of("second", Told("c", 100, CallStatus::kRinging)));
  store.Arrive(Told("z", 5, CallStatus::kInProgress));
  EXPECT_EQ(store.Attempts()[0].begin_time, At(5));
  EXPECT_EQ(store.Attempts()[0].state.call.start_time, At(5));
  EXPECT_EQ(store.row.status_word, "Ringing");
}

TEST(FoldAttemptsTest, EventsOfWhichNoneHasAnIdAreOneAttempt) {  // O5
  ModelStore store;
  store.Arrive(Told("a", 0, CallStatus::kRinging));
  store.Arrive(Told("b", 9, CallStatus::kCompleted));
  ASSERT_EQ(store.Attempts().size(), 1u);
  EXPECT_EQ(store.Attempts()[0].provider_call_id, "");
}

CallState TalkingTo(std::optional<std::string> provider_call_id) {
  CallState row;
  row.status_word = "In Progress";
  row.start_time = At(-10);
  row.provider_call_id = std::move(provider_call_id);
  return row;
}

TEST(FoldAttemptsTest, TheAttemptThatTheBaseNamesGoesOnFromTheBase) {  // O5
  ModelStore store(TalkingTo("first"));
  store.Arrive(Of("first", Told("a", 1, CallStatus::kCompleted)));
  EXPECT_EQ(store.row.start_time, At(-10));
  EXPECT_EQ(store.row.duration_sec, 11);
}

TEST(FoldAttemptsTest, AnAttemptThatTheBaseDoesNotNameBeginsAfresh) {  // O5
  ModelStore store(TalkingTo("first"));
  store.Arrive(Of("second", Told("a", 1, CallStatus::kCompleted)));
  EXPECT_EQ(store.row.start_time, std::nullopt);
  EXPECT_EQ(store.row.duration_sec, std::nullopt);
  EXPECT_EQ(store.row.provider_call_id, "second");
}

TEST(FoldAttemptsTest, TheOldestGoesOnFromABaseThatNamesNone) {  // O5
  ModelStore store(TalkingTo(std::nullopt));
  store.Arrive(Of("second", Told("b", 50, CallStatus::kCompleted)));
  EXPECT_EQ(store.row.start_time, At(-10)) << "as yet it is the oldest";
  EXPECT_EQ(store.Arrive(Of("first", Told("a", 1, CallStatus::kCompleted))), kLate);
  EXPECT_EQ(store.row.start_time, std::nullopt) << "now it is not";
  EXPECT_EQ(store.Attempts()[0].state.call.duration_sec, 11);
}

TEST(FoldAttemptsTest, ACallThatWasOverIsAliveAgainWhenItIsRedialled) {  // O2, O5
  ModelStore store = MissedOnce();
  EXPECT_EQ(store.Arrive(Of("first", Told("c", 50, CallStatus::kRinging))), kStale);
  EXPECT_EQ(store.Arrive(Of("second", Told("d", 100, CallStatus::kRinging))), kApplied);
  EXPECT_EQ(store.service_record_word, "Ringing");  // M1
}

}  // namespace
}  // namespace autopulse::callevents::domain
