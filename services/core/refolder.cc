#include "services/core/refolder.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <variant>

#include "services/base/status_macros.h"
#include "services/domain/fold.h"

namespace autopulse::callevents::core {
namespace {

using Transcript = std::vector<domain::TranscriptEntry>;

constexpr domain::ReportStatus kReportStatuses[] = {domain::ReportStatus::kCompleted,
                                                    domain::ReportStatus::kEndedReason};

// The calls of a service record, the newest thousand if there are more.
absl::StatusOr<std::vector<domain::Call>> CallsOf(CallReader& calls,
                                                  std::int64_t service_record_id) {
  return calls.ListCalls({.conditions = {{.field = CallField::kServiceRecord,
                                          .comparison = Comparison::kEqual,
                                          .value = service_record_id}},
                          .order_by = std::nullopt,
                          .after = std::nullopt,
                          .limit = 1000});
}

// M1: whether it was an event of this call, and of no other one of its service record, that wrote
// the record's status.
absl::StatusOr<bool> IsMirrored(CallReader& calls, const domain::Call& call) {
  const absl::StatusOr<domain::ServiceRecord> record =
      calls.GetServiceRecord(*call.service_record_id);
  if (absl::IsNotFound(record.status())) return false;
  RETURN_IF_ERROR(record.status());
  if (record->status_word != call.state.status_word) return false;
  ASSIGN_OR_RETURN(const auto last, calls.FindLastChange(call.id));
  ASSIGN_OR_RETURN(const std::vector<domain::Call> others, CallsOf(calls, *call.service_record_id));
  for (const domain::Call& other : others) {
    ASSIGN_OR_RETURN(const auto change, calls.FindLastChange(other.id));
    if (change && last && change->sequence > last->sequence) return false;
  }
  return last.has_value();
}

// Locks the calls and those that share a service record with them: an event of one of these would
// write the record's status, too.
absl::Status LockWithSiblings(CallWriter& calls, const std::vector<std::int64_t>& call_ids) {
  std::set<std::int64_t> locked(call_ids.begin(), call_ids.end());
  for (const std::int64_t call_id : call_ids) {
    const absl::StatusOr<domain::Call> call = calls.GetCall(call_id);
    if (absl::IsNotFound(call.status())) continue;
    RETURN_IF_ERROR(call.status());
    if (!call->service_record_id) continue;
    ASSIGN_OR_RETURN(const std::vector<domain::Call> siblings,
                     CallsOf(calls, *call->service_record_id));
    for (const domain::Call& sibling : siblings) locked.insert(sibling.id);
  }
  return calls.LockCalls({.call_ids = {locked.begin(), locked.end()}}).status();
}

// Whatever an event has written to the row, or would have under other options of the rules.
absl::StatusOr<std::vector<domain::CallState>> ExplainedStates(CallReader& calls,
                                                               std::int64_t call_id,
                                                               const domain::CallHistory& history) {
  std::vector<domain::CallState> states;
  for (const domain::ReportStatus report_status : kReportStatuses) {
    states.push_back(domain::Fold(history, {.report_status = report_status}).state);
  }
  ASSIGN_OR_RETURN(const auto last, calls.FindLastChange(call_id));
  if (last) {  // rules of another day may have left any word; the journal has it
    states.push_back(states.front());
    states.back().status_word = last->call_status_word;
  }
  return states;
}

absl::StatusOr<Transcript> StoredTranscript(CallReader& calls, std::int64_t call_id) {
  ASSIGN_OR_RETURN(const std::vector<StoredTranscriptEntry> stored,
                   calls.ListTranscript(call_id, 0, std::numeric_limits<int>::max()));
  Transcript transcript;
  for (const StoredTranscriptEntry& entry : stored) transcript.push_back(entry.entry);
  return transcript;
}

}  // namespace

Refolder::Refolder(CallStore& store, RefoldOptions options, base::Clock clock)
    : store_(store), options_(options), clock_(std::move(clock)) {}

absl::StatusOr<RefoldPage> Refolder::Compare(std::int64_t after_id, int limit) {
  RefoldPage page;
  RETURN_IF_ERROR(store_.Read([&](CallReader& calls) -> absl::Status {
    page = {};
    ASSIGN_OR_RETURN(const std::vector<domain::Call> read,
                     calls.ListCalls({.conditions = {},
                                      .order_by = std::nullopt,
                                      .descending = false,
                                      .after = CallPosition{.time = std::nullopt, .id = after_id},
                                      .limit = limit}));
    for (const domain::Call& call : read) {
      ASSIGN_OR_RETURN(std::optional<RefoldedCall> refolded, CompareCall(calls, call));
      if (refolded) page.calls.push_back(*std::move(refolded));
    }
    page.seen = read.size();
    page.last_id = read.empty() ? 0 : read.back().id;
    return absl::OkStatus();
  }));
  return page;
}

absl::StatusOr<RefoldPage> Refolder::CompareOne(std::int64_t call_id) {
  RefoldPage page{.calls = {}, .seen = 1, .last_id = call_id};
  RETURN_IF_ERROR(store_.Read([&](CallReader& calls) -> absl::Status {
    page.calls.clear();
    ASSIGN_OR_RETURN(const domain::Call call, calls.GetCall(call_id));
    ASSIGN_OR_RETURN(std::optional<RefoldedCall> refolded, CompareCall(calls, call));
    if (refolded) page.calls.push_back(*std::move(refolded));
    return absl::OkStatus();
  }));
  return page;
}

absl::StatusOr<std::optional<RefoldedCall>> Refolder::CompareCall(CallReader& calls,
                                                                  const domain::Call& call) {
  ASSIGN_OR_RETURN(const std::optional<domain::CallHistory> history, calls.FindHistory(call.id));
  if (!history) return std::nullopt;
  const domain::FoldedCall folded = domain::Fold(*history, options_.rules);
  if (folded.attempts.empty()) return std::nullopt;  // nothing but notices: events wrote nothing

  RefoldedCall refolded;
  refolded.call_id = call.id;
  refolded.was = call.state;
  refolded.wanted = folded.state;
  refolded.compared.row = call.state;
  if (call.state != folded.state) {
    ASSIGN_OR_RETURN(const std::vector<domain::CallState> explained,
                     ExplainedStates(calls, call.id, *history));
    refolded.compared =
        domain::CompareRow(call.state, folded.state, explained, options_.overwritten);
    if (refolded.compared.row.status_word != call.state.status_word && call.service_record_id) {
      ASSIGN_OR_RETURN(const bool mirrored, IsMirrored(calls, call));
      if (mirrored) refolded.service_record_id = call.service_record_id;
    }
  }
  refolded.transcript_event_id = folded.transcript_event_id;
  RETURN_IF_ERROR(CompareTranscript(calls, *history, refolded));
  const bool differs = refolded.writes() || refolded.compared.kept.any() ||
                       refolded.transcript != TranscriptComparison::kSame;
  if (!differs) return std::nullopt;
  return refolded;
}

absl::Status Refolder::CompareTranscript(CallReader& calls, const domain::CallHistory& history,
                                         RefoldedCall& refolded) {
  const std::string& event_id = refolded.transcript_event_id;
  const bool is_reported =
      std::any_of(history.events.begin(), history.events.end(),
                  [&](const domain::CallEvent& event) { return event.event_id == event_id; });
  if (!is_reported) return absl::OkStatus();  // no report brought one, or its own is forgotten [F1]
  ASSIGN_OR_RETURN(const Transcript wanted, calls.ReportedTranscript(refolded.call_id, event_id));
  ASSIGN_OR_RETURN(const Transcript stored, StoredTranscript(calls, refolded.call_id));
  if (stored == wanted) return absl::OkStatus();
  refolded.transcript_lines_were = stored.size();
  refolded.transcript_lines_wanted = wanted.size();
  bool is_ours = options_.overwrites_transcript;
  for (const domain::CallEvent& event : history.events) {
    const auto* report = std::get_if<domain::EndOfCallReport>(&event.detail);
    if (is_ours || report == nullptr || !report->has_transcript) continue;
    ASSIGN_OR_RETURN(const Transcript reported,
                     calls.ReportedTranscript(refolded.call_id, event.event_id));
    is_ours = stored == reported;
  }
  refolded.transcript = is_ours ? TranscriptComparison::kWritten : TranscriptComparison::kKept;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<RefoldedCall>> Refolder::Apply(
    const std::vector<std::int64_t>& call_ids) {
  std::vector<RefoldedCall> changed;
  const absl::Status written = store_.Write([&](CallWriter& calls) -> absl::Status {
    changed.clear();
    RETURN_IF_ERROR(LockWithSiblings(calls, call_ids));
    for (const std::int64_t call_id : call_ids) {
      absl::StatusOr<domain::Call> call = calls.GetCall(call_id);
      if (absl::IsNotFound(call.status())) continue;  // deleted meanwhile
      RETURN_IF_ERROR(call.status());
      ASSIGN_OR_RETURN(std::optional<RefoldedCall> refolded, CompareCall(calls, *call));
      if (!refolded) continue;
      RETURN_IF_ERROR(Save(calls, *std::move(call), *refolded));
      changed.push_back(*std::move(refolded));
    }
    return absl::OkStatus();
  });
  if (!written.ok()) return written;
  return changed;
}

absl::Status Refolder::Save(CallWriter& calls, domain::Call call, const RefoldedCall& refolded) {
  if (!refolded.writes()) return absl::OkStatus();
  call.state = refolded.compared.row;
  call.update_time = domain::ToMicroseconds(clock_());
  RecordedChanges changes;
  changes.calls.push_back({&call, &refolded.was});
  if (refolded.service_record_id) {  // M1
    changes.service_records.push_back(
        {*refolded.service_record_id, call.state.status_word, *call.update_time});
  }
  Transcript wanted;
  if (refolded.transcript == TranscriptComparison::kWritten) {
    ASSIGN_OR_RETURN(wanted, calls.ReportedTranscript(call.id, refolded.transcript_event_id));
    changes.transcripts.push_back({call.id, &wanted});
  }
  return calls.Save(changes).status();
}

}  // namespace autopulse::callevents::core
