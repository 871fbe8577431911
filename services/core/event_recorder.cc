#include "services/core/event_recorder.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/domain/fold.h"

namespace autopulse::callevents::core {
namespace {

// Whether an error is that of one event; any other is that of the transaction all share.
bool ConcernsOneEvent(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kInternal:
      return true;
    default:
      return false;
  }
}

// Locks all that `events` concern before anything of it is read: the provider's calls that may be
// registered [U1], then every call that is known by then. Returns these, ascending.
absl::StatusOr<std::vector<std::int64_t>> LockConcerned(CallWriter& calls,
                                                        absl::Span<const ReportedEvent> events) {
  std::vector<std::int64_t> call_ids;
  std::set<std::string> looked_up;
  std::set<std::string> registered;
  for (const ReportedEvent& reported : events) {
    if (reported.call_id) {
      call_ids.push_back(*reported.call_id);
      continue;
    }
    looked_up.insert(reported.event.provider_call_id);
    if (reported.call_if_unknown) registered.insert(reported.event.provider_call_id);
  }
  RETURN_IF_ERROR(calls.LockProviderCalls({registered.begin(), registered.end()}));
  for (const std::string& provider_call_id : looked_up) {
    ASSIGN_OR_RETURN(const std::optional<std::int64_t> found, calls.FindCall(provider_call_id));
    if (found) call_ids.push_back(*found);
  }
  std::sort(call_ids.begin(), call_ids.end());
  call_ids.erase(std::unique(call_ids.begin(), call_ids.end()), call_ids.end());
  RETURN_IF_ERROR(calls.LockCalls(call_ids));
  return call_ids;
}

// The event as watchers and callers get it: what was said stays in the database.
domain::CallEvent WithoutTranscript(const domain::CallEvent& event) {
  domain::CallEvent copy = event;
  if (auto* report = std::get_if<domain::EndOfCallReport>(&copy.detail)) report->transcript.clear();
  return copy;
}

}  // namespace

EventRecorder::EventRecorder(CallStore& store, Publish publish, domain::RuleOptions options,
                             base::Clock clock)
    : store_(store), publish_(std::move(publish)), options_(options), clock_(std::move(clock)) {}

std::vector<absl::StatusOr<Receipt>> EventRecorder::Record(absl::Span<const ReportedEvent> events) {
  std::vector<absl::StatusOr<Receipt>> receipts;
  const absl::Status committed = store_.Write([&](CallWriter& calls) -> absl::Status {
    receipts.clear();
    ASSIGN_OR_RETURN(const std::vector<std::int64_t> locked, LockConcerned(calls, events));
    for (const ReportedEvent& reported : events) {
      absl::StatusOr<Receipt> receipt;
      const absl::Status recorded = calls.Isolated([&]() -> absl::Status {
        receipt = RecordIn(calls, reported, locked);
        return receipt.status();
      });
      if (!recorded.ok() && !ConcernsOneEvent(recorded)) return recorded;
      if (!recorded.ok()) receipt = recorded;
      receipts.push_back(std::move(receipt));
    }
    return absl::OkStatus();
  });
  if (!committed.ok()) {
    return std::vector<absl::StatusOr<Receipt>>(events.size(), committed);
  }
  PublishNew(receipts);
  return receipts;
}

absl::StatusOr<Receipt> EventRecorder::RecordIn(CallWriter& calls, const ReportedEvent& reported,
                                                absl::Span<const std::int64_t> locked) {
  const domain::CallEvent& event = reported.event;
  ASSIGN_OR_RETURN(const std::int64_t call_id, FindOrRegister(calls, reported, locked));
  ASSIGN_OR_RETURN(std::optional<domain::RecordedEvent> known,
                   calls.FindEvent(call_id, event.event_id));
  ASSIGN_OR_RETURN(domain::Call call, calls.GetCall(call_id));
  if (known) return Receipt{*std::move(known), std::move(call), /*duplicate=*/true};  // O1

  ASSIGN_OR_RETURN(std::optional<domain::CallHistory> history, calls.FindHistory(call_id));
  if (!history) {  // O3: the row as it stands now, whoever made it, is the base
    history.emplace();
    history->base.call = call.state;
    RETURN_IF_ERROR(calls.InsertBase(call_id, history->base));
  }
  const domain::Decision decision =
      domain::Decide(call.state, *std::move(history), event, options_);

  Receipt receipt;
  receipt.event = {.call_id = call_id,
                   .sequence = 0,
                   .create_time = domain::ToMicroseconds(clock_()),
                   .outcome = decision.outcome,
                   .call_status_word = decision.row.status_word,
                   .event = event};
  ASSIGN_OR_RETURN(receipt.event.sequence, calls.InsertEvent(receipt.event));
  if (decision.writes()) RETURN_IF_ERROR(Save(calls, decision, event, call));
  receipt.event.event = WithoutTranscript(event);
  receipt.call = std::move(call);
  return receipt;
}

absl::StatusOr<std::int64_t> EventRecorder::FindOrRegister(CallWriter& calls,
                                                           const ReportedEvent& reported,
                                                           absl::Span<const std::int64_t> locked) {
  if (reported.call_id) return *reported.call_id;
  const std::string& provider_call_id = reported.event.provider_call_id;
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> found, calls.FindCall(provider_call_id));
  if (found) {
    if (!std::binary_search(locked.begin(), locked.end(), *found)) {
      // An event, of this group or from elsewhere, has brought another call the id meanwhile.
      RETURN_IF_ERROR(calls.LockCalls({*found}));
    }
    return *found;
  }
  if (!reported.call_if_unknown) {
    return absl::NotFoundError(absl::StrCat("no call has provider_call_id ", provider_call_id));
  }
  domain::Call call = *reported.call_if_unknown;
  call.id = 0;
  call.state.provider_call_id = provider_call_id;
  call.create_time = domain::ToMicroseconds(clock_());
  return calls.InsertCall(call);
}

absl::Status EventRecorder::Save(CallWriter& calls, const domain::Decision& decision,
                                 const domain::CallEvent& event, domain::Call& call) {
  call.state = decision.row;
  call.update_time = domain::ToMicroseconds(clock_());
  RETURN_IF_ERROR(calls.UpdateCall(call));
  if (call.service_record_id) {  // M1
    RETURN_IF_ERROR(calls.UpdateServiceRecordStatus(*call.service_record_id, call.state.status_word,
                                                    *call.update_time));
  }
  if (!decision.replace_transcript) return absl::OkStatus();
  if (decision.transcript_event_id == event.event_id) {
    return calls.ReplaceTranscript(call.id,
                                   std::get<domain::EndOfCallReport>(event.detail).transcript);
  }
  ASSIGN_OR_RETURN(const std::vector<domain::TranscriptEntry> entries,
                   calls.ReportedTranscript(call.id, decision.transcript_event_id));
  return calls.ReplaceTranscript(call.id, entries);
}

void EventRecorder::PublishNew(const std::vector<absl::StatusOr<Receipt>>& receipts) {
  std::vector<FeedEntry> entries;
  for (const absl::StatusOr<Receipt>& receipt : receipts) {
    if (receipt.ok() && !receipt->duplicate) entries.push_back({receipt->event, receipt->call});
  }
  if (!entries.empty()) publish_(std::move(entries));
}

}  // namespace autopulse::callevents::core
