#include "tests/contract/call_store_contract.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "tests/fakes/fake_call_order.h"

namespace autopulse::callevents::contract {

std::int64_t CallStoreContract::AddCall(const domain::Call& call) {
  const auto id = Write([&](core::CallWriter& writer) { return writer.InsertCall(call); });
  EXPECT_TRUE(id.ok()) << id.status();
  return id.value_or(0);
}

std::int64_t CallStoreContract::AddServiceRecord(const domain::ServiceRecord& record) {
  const auto id =
      Write([&](core::CallWriter& writer) { return writer.InsertServiceRecord(record); });
  EXPECT_TRUE(id.ok()) << id.status();
  return id.value_or(0);
}

std::int64_t CallStoreContract::AddEvent(const domain::RecordedEvent& event) {
  const auto sequence = Write([&](core::CallWriter& writer) { return InsertEvent(writer, event); });
  EXPECT_TRUE(sequence.ok()) << sequence.status();
  return sequence.value_or(0);
}

void CallStoreContract::AddCreation(const std::string& request_id, const std::string& name) {
  const absl::Status added = Write([&](core::CallWriter& writer) {
    return writer.InsertCreation({request_id, "digest", name, At(0)}, At(0));
  });
  EXPECT_TRUE(added.ok()) << added;
}

void CallStoreContract::AddCreations(const std::string& collection, const std::string& other,
                                     std::int64_t id) {
  AddCreation("r1", absl::StrCat(collection, id));
  AddCreation("r2", absl::StrCat(collection, id + 1));
  AddCreation("r3", absl::StrCat(other, id));
}

void CallStoreContract::ExpectOnlyItsDigestDropped() {
  EXPECT_EQ(DigestOf("r1"), "");
  EXPECT_EQ(DigestOf("r2"), "digest");
  EXPECT_EQ(DigestOf("r3"), "digest");
}

std::string CallStoreContract::DigestOf(const std::string& request_id) {
  const auto creation =
      Read([&](core::CallReader& reader) { return reader.FindCreation(request_id); });
  EXPECT_TRUE(creation.ok() && creation->has_value()) << creation.status();
  return creation.ok() && creation->has_value() ? (*creation)->digest : "";
}

domain::Call CallStoreContract::GetCall(std::int64_t call_id) {
  const auto call = Read([&](core::CallReader& reader) { return reader.GetCall(call_id); });
  EXPECT_TRUE(call.ok()) << call.status();
  return call.value_or(domain::Call{});
}

std::vector<std::int64_t> CallStoreContract::ListCalls(const core::CallQuery& query) {
  const auto calls = Read([&](core::CallReader& reader) { return reader.ListCalls(query); });
  EXPECT_TRUE(calls.ok()) << calls.status();
  std::vector<std::int64_t> ids;
  for (const domain::Call& call : *calls) ids.push_back(call.id);
  return ids;
}

std::vector<std::int64_t> CallStoreContract::ListAllPages(core::CallQuery query) {
  std::vector<std::int64_t> ids;
  for (;;) {
    const auto calls = Read([&](core::CallReader& reader) { return reader.ListCalls(query); });
    EXPECT_TRUE(calls.ok()) << calls.status();
    if (!calls.ok() || calls->empty()) return ids;
    EXPECT_LE(calls->size(), static_cast<std::size_t>(query.limit));
    for (const domain::Call& call : *calls) ids.push_back(call.id);
    query.after = fakes::PositionOf(calls->back(), query);
  }
}

std::vector<std::int64_t> CallStoreContract::Select(core::CallField field,
                                                    core::Comparison comparison,
                                                    decltype(core::CallCondition::value) value) {
  core::CallQuery query;
  query.conditions = {{field, comparison, std::move(value)}};
  return ListCalls(query);
}

domain::RecordedEvent CallStoreContract::FindEvent(std::int64_t call_id,
                                                   const std::string& event_id) {
  const auto event = Read([&](core::CallReader& reader) {
    return reader.FindEvent({call_id, event_id});
  });
  EXPECT_TRUE(event.ok() && event->has_value());
  return event.ok() && event->has_value() ? **event : domain::RecordedEvent{};
}

absl::StatusOr<std::int64_t> InsertEvent(core::CallWriter& writer,
                                         const domain::RecordedEvent& event) {
  core::RecordedChanges changes;
  changes.events.push_back({event.call_id, event.create_time, event.outcome, event.call_status_word,
                            &event.event, event.forget_time});
  ASSIGN_OR_RETURN(const std::vector<std::int64_t> sequences, writer.Save(changes));
  return sequences.front();
}

absl::Status InsertBase(core::CallWriter& writer, std::int64_t call_id,
                        const domain::FoldState& base) {
  core::RecordedChanges changes;
  changes.bases.push_back({call_id, &base});
  return writer.Save(changes).status();
}

absl::Status UpdateCall(core::CallWriter& writer, const domain::Call& call) {
  core::RecordedChanges changes;
  changes.calls.push_back({&call});
  return writer.Save(changes).status();
}

absl::Status UpdateServiceRecordStatus(core::CallWriter& writer, std::int64_t id,
                                       const std::string& status_word, absl::Time update_time) {
  core::RecordedChanges changes;
  changes.service_records.push_back({id, status_word, update_time});
  return writer.Save(changes).status();
}

absl::Status ReplaceTranscript(core::CallWriter& writer, std::int64_t call_id,
                               const std::vector<domain::TranscriptEntry>& entries) {
  core::RecordedChanges changes;
  changes.transcripts.push_back({call_id, &entries});
  return writer.Save(changes).status();
}

absl::Time At(std::int64_t microseconds) {
  return absl::FromUnixSeconds(1'769'860'800) + absl::Microseconds(microseconds);
}

domain::CallState FullState() {
  domain::CallState state;
  state.status_word = "In Progress";
  state.start_time = At(1);
  state.end_time = At(61'000'002);
  state.duration_sec = 61;
  state.duration_ms = 61'234;
  state.recording_url = "https://example.com/recording.wav";
  state.recording_expire_time = At(3);
  state.provider_call_id = "0197-a";
  state.ended_reason = "customer-ended-call";
  state.cost = domain::Decimal{1'053};
  state.outcome = domain::CallOutcome::kAnswered;
  state.analysis_summary = "Die Kundin möchte am Dienstag kommen.";
  state.analysis_success_evaluation = "true";
  state.analysis_structured_data = R"({"day":"Tue"})";
  return state;
}

domain::RecordedEvent EventOf(std::int64_t call_id, const std::string& event_id,
                              domain::EventDetail detail) {
  domain::RecordedEvent recorded;
  recorded.call_id = call_id;
  recorded.create_time = At(30);
  recorded.outcome = domain::EventOutcome::kLate;
  recorded.call_status_word = "Ringing";
  recorded.event.event_id = event_id;
  recorded.event.time = At(10);
  recorded.event.receive_time = At(20);
  recorded.event.provider = "vapi";
  recorded.event.provider_call_id = "0197-a";
  recorded.event.provider_call_create_time = At(5);
  recorded.event.detail = std::move(detail);
  return recorded;
}

domain::EndOfCallReport FullReport() {
  domain::EndOfCallReport report;
  report.start_time = At(1);
  report.end_time = At(2);
  report.duration_sec = 3;
  report.duration_ms = 3'456;
  report.ended_reason = "customer-ended-call";
  report.ended_reason_group = domain::EndedReasonGroup::kAnsweredIfStartedElseMissed;
  report.cost = domain::Decimal{9'999'999'999};
  report.recording_url = "https://example.com/recording.wav";
  report.recording_expire_time = At(4);
  report.analysis_summary = "summary";
  report.analysis_success_evaluation = "false";
  report.analysis_structured_data = "[]";
  report.has_transcript = true;
  report.transcript = TwoEntries();
  return report;
}

std::vector<domain::TranscriptEntry> TwoEntries() {
  domain::TranscriptEntry first;
  first.role = "assistant";
  first.content = "Guten Tag \"AutoPulse\" \xE2\x98\x8E\n";
  first.start_time = At(1);
  first.end_time = At(1'500'001);
  first.seconds_from_start = 0.1 + 0.2;  // 0.30000000000000004
  first.duration_ms = 1'500;
  domain::TranscriptEntry second;
  second.role = "human";
  second.start_time = At(2'000'000);
  return {first, second};
}

}  // namespace autopulse::callevents::contract
