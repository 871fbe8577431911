// What FakeTransaction drops.

#include "absl/strings/str_cat.h"
#include "tests/fakes/fake_transaction.h"

namespace autopulse::callevents::fakes {
namespace {

// Whether the call is erased already, or may have changed since.
bool IsExpired(const domain::Call& call, absl::Time before) {
  if (call.erase_time) return false;
  bool is_known = false;
  for (const std::optional<absl::Time>& time :
       {call.create_time, call.update_time, call.state.start_time, call.state.end_time}) {
    if (time && *time >= before) return false;
    is_known = is_known || time.has_value();
  }
  return is_known;
}

// What X1 keeps of a call, and nothing else.
domain::Call KeptOf(const domain::Call& call) {
  domain::Call kept;
  kept.id = call.id;
  kept.service_record_id = call.service_record_id;
  kept.direction = call.direction;
  kept.create_time = call.create_time;
  kept.update_time = call.update_time;
  kept.erase_time = call.erase_time;
  kept.state.status_word = call.state.status_word;
  kept.state.start_time = call.state.start_time;
  kept.state.end_time = call.state.end_time;
  kept.state.duration_sec = call.state.duration_sec;
  kept.state.duration_ms = call.state.duration_ms;
  kept.state.provider_call_id = call.state.provider_call_id;
  kept.state.cost = call.state.cost;
  kept.state.outcome = call.state.outcome;
  return kept;
}

domain::ServiceRecord KeptOf(const domain::ServiceRecord& record) {
  domain::ServiceRecord kept;
  kept.id = record.id;
  kept.service_type = record.service_type;
  kept.status_word = record.status_word;
  kept.appointment_time = record.appointment_time;
  kept.create_time = record.create_time;
  return kept;
}

// What was created as `name` cannot be guessed any more.
void DropDigest(FakeTables& tables, const std::string& name) {
  for (auto& [request_id, request] : tables.creations) {
    if (request.name == name) request.digest.clear();
  }
}

}  // namespace

absl::StatusOr<std::vector<std::int64_t>> FakeTransaction::FindExpired(absl::Time before,
                                                                       std::int64_t after_id,
                                                                       int limit) {
  std::vector<std::int64_t> ids;
  for (auto it = tables_.calls.upper_bound(after_id); it != tables_.calls.end(); ++it) {
    if (static_cast<int>(ids.size()) == limit) break;
    if (IsExpired(it->second, before)) ids.push_back(it->first);
  }
  return ids;
}

absl::StatusOr<std::int64_t> FakeTransaction::FindProgress(const std::string& task) {
  const auto it = tables_.progress.find(task);
  return it == tables_.progress.end() ? 0 : it->second;
}

absl::Status FakeTransaction::SaveProgress(const std::string& task, std::int64_t sequence) {
  tables_.progress[task] = sequence;
  return absl::OkStatus();
}

absl::Status FakeTransaction::ForgetEvents(std::int64_t call_id, absl::Time forget_time) {
  for (auto& [sequence, event] : tables_.events) {
    if (event.call_id != call_id || event.forget_time) continue;
    event.event = domain::WithoutDetail(event.event);
    event.forget_time = forget_time;
  }
  return absl::OkStatus();
}

absl::Status FakeTransaction::SaveFolded(std::int64_t call_id, const domain::CallHistory& history) {
  if (tables_.bases.count(call_id) == 0) {
    return absl::NotFoundError(absl::StrCat("call ", call_id, " has no base"));
  }
  tables_.folded[call_id] = history;
  return absl::OkStatus();
}

absl::Status FakeTransaction::EraseCall(std::int64_t call_id, absl::Time erase_time) {
  const auto it = tables_.calls.find(call_id);
  if (it == tables_.calls.end()) {
    return absl::NotFoundError(absl::StrCat("call ", call_id, " not found"));
  }
  domain::Call& call = it->second;
  call = KeptOf(call);
  if (!call.erase_time) call.erase_time = erase_time;
  std::erase_if(tables_.transcript, [&](const auto& row) { return row.second.call_id == call_id; });
  tables_.bases.erase(call_id);
  tables_.folded.erase(call_id);
  DropDigest(tables_, core::CallName(call_id));
  return ForgetEvents(call_id, erase_time);
}

absl::Status FakeTransaction::EraseServiceRecord(std::int64_t id, absl::Time update_time) {
  const auto it = tables_.service_records.find(id);
  if (it == tables_.service_records.end()) return absl::OkStatus();
  it->second = KeptOf(it->second);
  it->second.update_time = update_time;
  DropDigest(tables_, core::ServiceRecordName(id));
  return absl::OkStatus();
}

}  // namespace autopulse::callevents::fakes
