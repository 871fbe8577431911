#include "tests/fakes/fake_transaction.h"

#include <algorithm>
#include <iterator>
#include <variant>

#include "absl/strings/str_cat.h"
#include "services/base/limits.h"
#include "services/base/status_macros.h"
#include "tests/fakes/fake_call_order.h"

namespace autopulse::callevents::fakes {
namespace {

// An event as it is read back from the journal.
domain::RecordedEvent WithoutTranscript(domain::RecordedEvent event) {
  if (auto* report = std::get_if<domain::EndOfCallReport>(&event.event.detail)) {
    report->transcript.clear();
  }
  return event;
}

// The id that a new row gets: `chosen`, or else the one behind the largest that is counted.
template <typename Map>
absl::StatusOr<std::int64_t> IdFor(std::int64_t chosen, const Map& map) {
  if (chosen != 0) return chosen;
  const auto behind = map.upper_bound(base::kLargestCountedId);
  const std::int64_t largest = behind == map.begin() ? 0 : std::prev(behind)->first;
  if (largest == base::kLargestCountedId) {
    return absl::FailedPreconditionError("all ids that are given by themselves are taken");
  }
  return std::max<std::int64_t>(largest, 0) + 1;
}

}  // namespace

absl::StatusOr<domain::Call> FakeTransaction::GetCall(std::int64_t call_id) {
  const auto it = tables_.calls.find(call_id);
  if (it != tables_.calls.end()) return it->second;
  return absl::NotFoundError(absl::StrCat("call ", call_id, " not found"));
}

absl::StatusOr<std::vector<domain::Call>> FakeTransaction::ListCalls(const core::CallQuery& query) {
  RETURN_IF_ERROR(Check(query));
  std::vector<domain::Call> calls;
  for (const auto& [id, call] : tables_.calls) {
    if (Matches(call, query)) calls.push_back(call);
  }
  std::sort(calls.begin(), calls.end(), [&](const domain::Call& a, const domain::Call& b) {
    return ComesBefore(PositionOf(a, query), PositionOf(b, query), query.descending);
  });
  if (calls.size() > static_cast<std::size_t>(query.limit)) {
    calls.resize(static_cast<std::size_t>(query.limit));
  }
  return calls;
}

absl::StatusOr<std::int64_t> FakeTransaction::CountCalls() {
  return static_cast<std::int64_t>(tables_.calls.size());
}

absl::StatusOr<std::vector<std::optional<std::int64_t>>> FakeTransaction::FindCalls(
    const std::vector<std::string>& provider_call_ids) {
  std::vector<std::optional<std::int64_t>> found;
  for (const std::string& wanted : provider_call_ids) {
    std::optional<std::int64_t>& newest = found.emplace_back();
    for (const auto& [id, call] : tables_.calls) {
      if (call.state.provider_call_id == wanted) newest = std::max(newest, {id});
    }
    for (const auto& [sequence, event] : tables_.events) {
      if (event.event.provider_call_id == wanted) newest = std::max(newest, {event.call_id});
    }
  }
  return found;
}

absl::StatusOr<domain::ServiceRecord> FakeTransaction::GetServiceRecord(std::int64_t id) {
  const auto it = tables_.service_records.find(id);
  if (it != tables_.service_records.end()) return it->second;
  return absl::NotFoundError(absl::StrCat("service record ", id, " not found"));
}

absl::StatusOr<std::vector<domain::ServiceRecord>> FakeTransaction::ListServiceRecords(
    std::optional<std::int64_t> before_id, int limit) {
  std::vector<domain::ServiceRecord> records;
  for (auto it = tables_.service_records.rbegin(); it != tables_.service_records.rend(); ++it) {
    if (static_cast<int>(records.size()) == limit) break;
    if (!before_id || it->first < *before_id) records.push_back(it->second);
  }
  return records;
}

const domain::RecordedEvent* FakeTransaction::FindStored(std::int64_t call_id,
                                                         const std::string& event_id) const {
  for (const auto& [sequence, event] : tables_.events) {
    if (event.call_id == call_id && event.event.event_id == event_id) return &event;
  }
  return nullptr;
}

absl::StatusOr<std::optional<domain::RecordedEvent>> FakeTransaction::FindLastChange(
    std::int64_t call_id) {
  for (auto it = tables_.events.rbegin(); it != tables_.events.rend(); ++it) {
    const domain::RecordedEvent& event = it->second;
    if (event.call_id == call_id && event.outcome != domain::EventOutcome::kStale) {
      return WithoutTranscript(event);
    }
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<domain::RecordedEvent>> FakeTransaction::ListEvents(
    std::int64_t call_id, std::int64_t after_sequence, int limit) {
  std::vector<domain::RecordedEvent> events;
  for (auto it = tables_.events.upper_bound(after_sequence); it != tables_.events.end(); ++it) {
    if (static_cast<int>(events.size()) == limit) break;
    if (it->second.call_id == call_id) events.push_back(WithoutTranscript(it->second));
  }
  return events;
}

absl::StatusOr<std::vector<domain::Call>> FakeTransaction::GetCalls(
    const std::vector<std::int64_t>& call_ids) {
  std::vector<domain::Call> calls;
  for (const std::int64_t call_id : call_ids) {
    const auto found = tables_.calls.find(call_id);
    if (found != tables_.calls.end()) calls.push_back(found->second);
  }
  return calls;
}

absl::StatusOr<std::vector<domain::RecordedEvent>> FakeTransaction::ListAllEvents(
    std::int64_t after_sequence, int limit) {
  std::vector<domain::RecordedEvent> events;
  for (auto it = tables_.events.upper_bound(after_sequence); it != tables_.events.end(); ++it) {
    if (static_cast<int>(events.size()) == limit) break;
    events.push_back(WithoutTranscript(it->second));
  }
  return events;
}

absl::StatusOr<core::JournalMark> FakeTransaction::MarkJournal() {
  const std::int64_t last = tables_.events.empty() ? 0 : tables_.events.rbegin()->first;
  return core::JournalMark{.sequence = last, .writers = tables_.open_writers};
}

absl::StatusOr<std::vector<domain::RecordedEvent>> FakeTransaction::FindEvents(
    const std::vector<core::EventKey>& keys) {
  std::vector<domain::RecordedEvent> found;
  for (const core::EventKey& key : keys) {
    const domain::RecordedEvent* const event = FindStored(key.call_id, key.event_id);
    if (event != nullptr) found.push_back(WithoutTranscript(*event));
  }
  return found;
}

absl::StatusOr<std::vector<std::optional<domain::CallHistory>>> FakeTransaction::FindHistories(
    const std::vector<std::int64_t>& call_ids) {
  std::vector<std::optional<domain::CallHistory>> histories;
  for (const std::int64_t call_id : call_ids) histories.push_back(FindHistory(call_id));
  return histories;
}

std::optional<domain::CallHistory> FakeTransaction::FindHistory(std::int64_t call_id) const {
  const auto base = tables_.bases.find(call_id);
  if (base == tables_.bases.end()) return std::nullopt;
  domain::CallHistory history{.base = base->second, .events = {}};
  if (const auto folded = tables_.folded.find(call_id); folded != tables_.folded.end()) {
    history.folded = folded->second.folded;
    history.fold_horizon = folded->second.fold_horizon;
  }
  for (const auto& [sequence, event] : tables_.events) {
    if (event.call_id != call_id) continue;
    if (event.forget_time || std::holds_alternative<domain::Notice>(event.event.detail)) continue;
    history.events.push_back(WithoutTranscript(event).event);
  }
  return history;
}

absl::StatusOr<std::vector<domain::TranscriptEntry>> FakeTransaction::ReportedTranscript(
    std::int64_t call_id, const std::string& event_id) {
  using Entries = std::vector<domain::TranscriptEntry>;
  const domain::RecordedEvent* const event = FindStored(call_id, event_id);
  if (event == nullptr) return Entries();
  const auto* report = std::get_if<domain::EndOfCallReport>(&event->event.detail);
  return report != nullptr && report->has_transcript ? report->transcript : Entries();
}

absl::StatusOr<std::vector<core::StoredTranscriptEntry>> FakeTransaction::ListTranscript(
    std::int64_t call_id, std::int64_t after_id, int limit) {
  std::vector<core::StoredTranscriptEntry> entries;
  for (auto it = tables_.transcript.upper_bound(after_id); it != tables_.transcript.end(); ++it) {
    if (static_cast<int>(entries.size()) == limit) break;
    if (it->second.call_id == call_id) entries.push_back({it->first, it->second.entry});
  }
  return entries;
}

absl::StatusOr<std::optional<core::CreationRequest>> FakeTransaction::FindCreation(
    const std::string& request_id) {
  const auto it = tables_.creations.find(request_id);
  if (it == tables_.creations.end()) return std::nullopt;
  return it->second;
}

absl::Status FakeTransaction::Isolated(const std::function<absl::Status()>& work) {
  const FakeTables before = tables_;
  absl::Status status = work();
  if (!status.ok()) tables_ = before;
  return status;
}

absl::StatusOr<std::int64_t> FakeTransaction::InsertServiceRecord(
    const domain::ServiceRecord& record) {
  ASSIGN_OR_RETURN(const std::int64_t id, IdFor(record.id, tables_.service_records));
  const auto [it, inserted] = tables_.service_records.emplace(id, record);
  if (!inserted) {
    return absl::AlreadyExistsError(absl::StrCat("service record ", id, " already exists"));
  }
  it->second.id = id;
  return id;
}

absl::StatusOr<std::int64_t> FakeTransaction::InsertCall(const domain::Call& call) {
  if (call.service_record_id) {
    RETURN_IF_ERROR(GetServiceRecord(*call.service_record_id).status());
  }
  ASSIGN_OR_RETURN(const std::int64_t id, IdFor(call.id, tables_.calls));
  const auto [it, inserted] = tables_.calls.emplace(id, call);
  if (!inserted) return absl::AlreadyExistsError(absl::StrCat("call ", id, " already exists"));
  it->second.id = id;
  return id;
}

absl::StatusOr<core::LockedCalls> FakeTransaction::LockCalls(const core::CallsToLock& wanted) {
  core::LockedCalls locked;
  for (const std::int64_t call_id : wanted.call_ids) {
    const auto call = tables_.calls.find(call_id);
    if (call == tables_.calls.end()) continue;
    locked.calls.push_back({.call = call->second, .last_sequence = 0});
    for (const auto& [sequence, event] : tables_.events) {
      if (event.call_id == call_id) locked.calls.back().last_sequence = sequence;
    }
  }
  ASSIGN_OR_RETURN(locked.known_events, FindEvents(wanted.event_keys));
  ASSIGN_OR_RETURN(locked.histories, FindHistories(wanted.histories_of));
  return locked;
}

absl::StatusOr<std::vector<std::int64_t>> FakeTransaction::Save(
    const core::RecordedChanges& changes) {
  for (const auto& [call_id, base] : changes.bases) {
    if (!tables_.bases.emplace(call_id, *base).second) {
      return absl::AlreadyExistsError("a row with this key exists");
    }
  }
  std::vector<std::int64_t> sequences;
  for (const core::NewEvent& event : changes.events) {
    ASSIGN_OR_RETURN(sequences.emplace_back(), InsertEvent(event));
  }
  for (const auto& [call, stored] : changes.calls) RETURN_IF_ERROR(UpdateCall(*call));
  for (const auto& [id, status_word, update_time] : changes.service_records) {
    const auto it = tables_.service_records.find(id);
    if (it == tables_.service_records.end()) continue;
    it->second.status_word = status_word;
    it->second.update_time = update_time;
  }
  for (const auto& transcript : changes.transcripts) ReplaceTranscript(transcript);
  return sequences;
}

absl::StatusOr<std::int64_t> FakeTransaction::InsertEvent(const core::NewEvent& event) {
  if (tables_.calls.count(event.call_id) == 0) {
    return absl::FailedPreconditionError("the event's call does not exist");
  }
  if (FindStored(event.call_id, event.event->event_id) != nullptr) {
    return absl::AlreadyExistsError("the call has an event of this id");
  }
  if (tables_.refused_event_ids.count(event.event->event_id) > 0) {
    return absl::InvalidArgumentError("the journal does not take this event");
  }
  const std::int64_t sequence = ++tables_.last_sequence;
  tables_.events[sequence] = {.call_id = event.call_id,
                              .sequence = sequence,
                              .create_time = event.create_time,
                              .outcome = event.outcome,
                              .call_status_word = event.call_status_word,
                              .event = *event.event,
                              .forget_time = event.forget_time};
  return sequence;
}

absl::Status FakeTransaction::UpdateCall(const domain::Call& call) {
  const auto it = tables_.calls.find(call.id);
  if (it == tables_.calls.end()) {
    return absl::NotFoundError(absl::StrCat("call ", call.id, " not found"));
  }
  it->second.state = call.state;
  it->second.update_time = call.update_time;
  return absl::OkStatus();
}

void FakeTransaction::ReplaceTranscript(const core::RecordedChanges::Transcript& transcript) {
  std::erase_if(tables_.transcript,
                [&](const auto& row) { return row.second.call_id == transcript.call_id; });
  for (const domain::TranscriptEntry& entry : *transcript.entries) {
    tables_.transcript[++tables_.last_transcript_id] = {transcript.call_id, entry};
  }
}

absl::Status FakeTransaction::InsertCreation(const core::CreationRequest& request,
                                             absl::Time forget_before) {
  std::erase_if(tables_.creations,
                [&](const auto& row) { return row.second.create_time < forget_before; });
  if (tables_.creations.emplace(request.request_id, request).second) return absl::OkStatus();
  return absl::AlreadyExistsError("a row with this key exists");
}

}  // namespace autopulse::callevents::fakes
