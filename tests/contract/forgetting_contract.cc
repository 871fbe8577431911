#include <optional>
#include <string>
#include <variant>

#include "gmock/gmock.h"
#include "tests/contract/call_store_contract.h"

namespace autopulse::callevents::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <typename Detail>
bool IsEmptied(const domain::RecordedEvent& event) {
  return std::holds_alternative<Detail>(event.event.detail);
}

// Runs a write that must succeed.
#define MUST_SAVE(function, ...)                                                            \
  EXPECT_EQ(Write([&](core::CallWriter& writer) { return function(writer, __VA_ARGS__); }), \
            absl::OkStatus())
#define MUST_WRITE(expression) \
  EXPECT_EQ(Write([&](core::CallWriter& writer) { return writer.expression; }), absl::OkStatus())

TEST_P(CallStoreContract, ForgottenEventsKeepTheirEnvelopeAndNothingElse) {  // F1
  const std::int64_t call_id = AddCall();
  MUST_SAVE(InsertBase, call_id, {});
  const domain::RecordedEvent report = EventOf(call_id, "e1", FullReport());
  const std::int64_t sequence = AddEvent(report);
  AddEvent(EventOf(call_id, "e2", domain::Notice{.kind = "hang"}));
  AddEvent(EventOf(call_id, "e3",
                   domain::Hangup{.reason = domain::HangupReason::kOther, .provider_reason = "w"}));
  domain::StatusUpdate update;
  update.provider_status = "w";
  AddEvent(EventOf(call_id, "e4", update));
  const std::int64_t other = AddCall();
  AddEvent(EventOf(other, "e1", FullReport()));
  MUST_WRITE(ForgetEvents(call_id, At(50)));

  const domain::RecordedEvent stored = FindEvent(call_id, "e1");
  EXPECT_EQ(stored.sequence, sequence);
  EXPECT_EQ(stored.create_time, report.create_time);
  EXPECT_EQ(stored.outcome, report.outcome);
  EXPECT_EQ(stored.call_status_word, report.call_status_word);
  EXPECT_EQ(stored.event.time, report.event.time);
  EXPECT_EQ(stored.event.provider_call_id, report.event.provider_call_id);
  EXPECT_EQ(stored.forget_time, At(50));
  const auto* detail = std::get_if<domain::EndOfCallReport>(&stored.event.detail);
  ASSERT_NE(detail, nullptr);
  EXPECT_EQ(detail->recording_url, "");
  EXPECT_EQ(detail->cost, std::nullopt);
  EXPECT_FALSE(detail->has_transcript);
  EXPECT_EQ(std::get<domain::Notice>(FindEvent(call_id, "e2").event.detail).kind, "");
  EXPECT_EQ(std::get<domain::Hangup>(FindEvent(call_id, "e3").event.detail).provider_reason, "");
  EXPECT_EQ(std::get<domain::StatusUpdate>(FindEvent(call_id, "e4").event.detail).provider_status,
            "");
  const auto transcript = [&](std::int64_t of_call) {
    return Read([&](core::CallReader& reader) { return reader.ReportedTranscript(of_call, "e1"); })
        .value();
  };
  EXPECT_THAT(transcript(call_id), IsEmpty());
  EXPECT_EQ(transcript(other), TwoEntries());
  EXPECT_EQ(FindEvent(other, "e1").forget_time, std::nullopt);
  const auto history =
      Read([&](core::CallReader& reader) { return reader.FindHistory(call_id); }).value();
  EXPECT_THAT(history->events, IsEmpty());
}

TEST_P(CallStoreContract, ForgettingAgainKeepsTheTimeOfTheFirst) {
  const std::int64_t call_id = AddCall();
  AddEvent(EventOf(call_id, "e1"));
  MUST_WRITE(ForgetEvents(call_id, At(50)));
  AddEvent(EventOf(call_id, "e2"));
  MUST_WRITE(ForgetEvents(call_id, At(60)));
  EXPECT_EQ(FindEvent(call_id, "e1").forget_time, At(50));
  EXPECT_EQ(FindEvent(call_id, "e2").forget_time, At(60));
}

TEST_P(CallStoreContract, AnEventMayBeRecordedWithoutWhatItSaid) {  // X1
  const std::int64_t call_id = AddCall();
  domain::RecordedEvent event = EventOf(call_id, "e1", FullReport());
  event.event = domain::WithoutDetail(event.event);
  event.forget_time = At(9);
  AddEvent(event);
  const domain::RecordedEvent stored = FindEvent(call_id, "e1");
  EXPECT_TRUE(IsEmptied<domain::EndOfCallReport>(stored));
  EXPECT_EQ(stored.forget_time, At(9));
}

domain::Attempt FoldedAttempt(const std::string& provider_call_id) {
  domain::Attempt attempt;
  attempt.provider_call_id = provider_call_id;
  attempt.begin_time = At(3);
  attempt.state = {.call = FullState(),
                   .ended_reason_group = domain::EndedReasonGroup::kMissed,
                   .hung_up = true};
  attempt.transcript_event_id = "e7";
  attempt.mirrored = true;
  return attempt;
}

TEST_P(CallStoreContract, WhatIsFoldedAwayIsReadBack) {  // F1
  const std::int64_t call_id = AddCall();
  const domain::FoldState base{.call = FullState()};
  MUST_SAVE(InsertBase, call_id, base);
  domain::CallHistory folded;
  folded.folded = {FoldedAttempt("old")};
  folded.fold_horizon = At(5);
  MUST_WRITE(SaveFolded(call_id, folded));
  folded.folded = {FoldedAttempt("first"), FoldedAttempt("")};
  folded.folded[1].mirrored = false;
  folded.fold_horizon = At(6);
  MUST_WRITE(SaveFolded(call_id, folded));
  AddEvent(EventOf(call_id, "e8"));
  const auto history =
      Read([&](core::CallReader& reader) { return reader.FindHistory(call_id); }).value();
  ASSERT_TRUE(history.has_value());
  EXPECT_TRUE(history->base == base);
  EXPECT_EQ(history->events.size(), 1U);
  EXPECT_EQ(history->fold_horizon, At(6));
  EXPECT_TRUE(history->folded == folded.folded);
}

TEST_P(CallStoreContract, OnlyACallWithABaseCanBeFolded) {
  const std::int64_t call_id = AddCall();
  const absl::Status saved =
      Write([&](core::CallWriter& writer) { return writer.SaveFolded(call_id, {}); });
  EXPECT_TRUE(absl::IsNotFound(saved)) << saved;
}

TEST_P(CallStoreContract, OfAnErasedCallIdsStatusTimesAndCostAreLeft) {  // X1
  domain::Call call;
  call.service_record_id = AddServiceRecord();
  call.customer_number = "+491701234567";
  call.direction = "outbound";
  call.create_time = At(7);
  call.state = FullState();
  const std::int64_t call_id = AddCall(call);
  MUST_SAVE(InsertBase, call_id, {.call = FullState()});
  AddEvent(EventOf(call_id, "e1", FullReport()));
  MUST_SAVE(ReplaceTranscript, call_id, TwoEntries());
  MUST_WRITE(EraseCall(call_id, At(80)));

  const domain::Call stored = GetCall(call_id);
  EXPECT_EQ(stored.erase_time, At(80));
  EXPECT_EQ(stored.customer_number, "");
  EXPECT_EQ(stored.direction, "outbound");
  EXPECT_EQ(stored.service_record_id, call.service_record_id);
  EXPECT_EQ(stored.create_time, At(7));
  domain::CallState left = FullState();
  left.recording_url.reset();
  left.recording_expire_time.reset();
  left.ended_reason.reset();
  left.analysis_summary.reset();
  left.analysis_success_evaluation.reset();
  left.analysis_structured_data.reset();
  EXPECT_TRUE(stored.state == left);
  EXPECT_EQ(FindEvent(call_id, "e1").forget_time, At(80));
  EXPECT_FALSE(Read([&](core::CallReader& reader) { return reader.FindHistory(call_id); })
                   .value()
                   .has_value());
  EXPECT_THAT(
      Read([&](core::CallReader& reader) { return reader.ListTranscript(call_id, 0, 10); }).value(),
      IsEmpty());
  MUST_WRITE(EraseCall(call_id, At(90)));
  EXPECT_EQ(GetCall(call_id).erase_time, At(80));
}

TEST_P(CallStoreContract, AnUpdateOfAnErasedCallLeavesItErased) {  // X1
  const std::int64_t call_id = AddCall();
  domain::Call call = GetCall(call_id);
  MUST_WRITE(EraseCall(call_id, At(80)));
  call.state.status_word = "Failed";
  MUST_SAVE(UpdateCall, call);
  EXPECT_EQ(GetCall(call_id).erase_time, At(80));
}

TEST_P(CallStoreContract, TheDigestOfAnErasedCallsCreationIsDropped) {  // X1
  const std::int64_t id = AddCall();
  AddCreations("calls/", "serviceRecords/", id);
  MUST_WRITE(EraseCall(id, At(80)));
  ExpectOnlyItsDigestDropped();
}

TEST_P(CallStoreContract, ACallThatIsNotThereCannotBeErased) {
  const absl::Status erased =
      Write([&](core::CallWriter& writer) { return writer.EraseCall(99, At(80)); });
  EXPECT_TRUE(absl::IsNotFound(erased)) << erased;
}

TEST_P(CallStoreContract, OfAnErasedServiceRecordTheCustomerIsDropped) {
  domain::ServiceRecord record;
  record.customer_name = "Ada";
  record.customer_phone = "+491701234567";
  record.vehicle_info = "B-AD 1815";
  record.service_type = "tyres";
  const std::int64_t id = AddServiceRecord(record);
  MUST_WRITE(EraseServiceRecord(id, At(80)));
  MUST_WRITE(EraseServiceRecord(id + 1, At(80)));  // there is none
  const auto stored =
      Read([&](core::CallReader& reader) { return reader.GetServiceRecord(id); }).value();
  EXPECT_EQ(stored.customer_name, "");
  EXPECT_EQ(stored.customer_phone, "");
  EXPECT_EQ(stored.vehicle_info, "");
  EXPECT_EQ(stored.service_type, "tyres");
  EXPECT_EQ(stored.update_time, At(80));
}

TEST_P(CallStoreContract, TheDigestOfAnErasedServiceRecordsCreationIsDropped) {  // X1
  const std::int64_t id = AddServiceRecord();
  AddCreations("serviceRecords/", "calls/", id);
  MUST_WRITE(EraseServiceRecord(id, At(80)));
  ExpectOnlyItsDigestDropped();
}

TEST_P(CallStoreContract, AnExpiredCallIsOneOfWhichNothingIsKnownSince) {
  const auto add = [&](std::optional<absl::Time> created, std::optional<absl::Time> ended,
                       std::optional<absl::Time> updated = std::nullopt) {
    domain::Call call;
    call.create_time = created;
    call.state.end_time = ended;
    call.update_time = updated;
    return AddCall(call);
  };
  const std::int64_t old = add(At(1), At(2));
  add(At(1), At(9));
  add(At(1), At(2), At(9));
  add(std::nullopt, std::nullopt);  // of unknown age
  const std::int64_t of_another_program = add(std::nullopt, At(2));
  const std::int64_t erased = add(At(1), At(2));
  MUST_WRITE(EraseCall(erased, At(3)));
  const auto expired = [&](std::int64_t after_id, int limit) {
    return Read(
               [&](core::CallReader& reader) { return reader.FindExpired(At(5), after_id, limit); })
        .value();
  };
  EXPECT_THAT(expired(0, 10), ElementsAre(old, of_another_program));
  EXPECT_THAT(expired(0, 1), ElementsAre(old));
  EXPECT_THAT(expired(old, 10), ElementsAre(of_another_program));
}

TEST_P(CallStoreContract, ProgressIsReadBack) {
  const auto progress = [&](const std::string& task) {
    return Read([&](core::CallReader& reader) { return reader.FindProgress(task); }).value();
  };
  EXPECT_EQ(progress("fold"), 0);
  MUST_WRITE(SaveProgress("fold", 5));
  MUST_WRITE(SaveProgress("fold", 7));
  EXPECT_EQ(progress("fold"), 7);
  EXPECT_EQ(progress("other"), 0);
}

TEST_P(CallStoreContract, WhatWasDroppedCanBeScrubbed) {
  const std::int64_t call_id = AddCall();
  MUST_WRITE(EraseCall(call_id, At(80)));
  EXPECT_EQ(store().Scrub(), absl::OkStatus());
}

}  // namespace
}  // namespace autopulse::callevents::contract
