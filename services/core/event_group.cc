#include "services/core/event_group.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::core {
namespace {

const domain::EndOfCallReport* ReportOf(const domain::CallEvent& event) {
  return std::get_if<domain::EndOfCallReport>(&event.detail);
}

bool IsNotice(const domain::CallEvent& event) {
  return std::holds_alternative<domain::Notice>(event.detail);
}

}  // namespace

EventGroup::EventGroup(const Context& context, absl::Span<ReportedEvent> events)
    : context_(context), events_(events), results_(events.size()), images_(context) {}

absl::Status EventGroup::Record(CallWriter& calls) {
  ASSIGN_OR_RETURN(ConcernedCalls concerned, FindConcerned(calls, events_));
  RETURN_IF_ERROR(images_.Load(calls, concerned, events_));
  by_provider_call_id_ = std::move(concerned.by_provider_call_id);
  RETURN_IF_ERROR(ResolveCalls(calls));
  RETURN_IF_ERROR(FindRepeats(calls));
  RETURN_IF_ERROR(DecideAll(calls));
  return Save(calls);
}

absl::Status EventGroup::ResolveCalls(CallWriter& calls) {
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const ReportedEvent& reported = events_[i];
    const std::string& provider_call_id = reported.event.provider_call_id;
    absl::StatusOr<std::int64_t> call_id = reported.call_id.value_or(0);
    if (!reported.call_id) {
      const auto found = by_provider_call_id_.find(provider_call_id);
      call_id = found != by_provider_call_id_.end() ? found->second : Register(calls, reported);
      if (!call_id.ok() && !absl::IsNotFound(call_id.status())) return call_id.status();
    }
    results_[i].status = call_id.status();
    results_[i].call_id = call_id.value_or(0);
    // From now on, this call, too, is one that the provider's id is known of.
    if (!provider_call_id.empty() && images_.Find(results_[i].call_id) != nullptr) {
      std::int64_t& known = by_provider_call_id_[provider_call_id];
      known = std::max(known, results_[i].call_id);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> EventGroup::Register(CallWriter& calls,
                                                  const ReportedEvent& reported) {
  const std::string& provider_call_id = reported.event.provider_call_id;
  if (!reported.call_if_unknown) {
    return absl::NotFoundError(absl::StrCat("no call has provider_call_id ", provider_call_id));
  }
  domain::Call call = *reported.call_if_unknown;
  call.id = 0;
  call.state.provider_call_id = provider_call_id;
  call.create_time = context_.now;
  ASSIGN_OR_RETURN(call.id, calls.InsertCall(call));
  return images_.Add(std::move(call)).kept->call.id;
}

absl::Status EventGroup::FindRepeats(CallWriter& calls) {
  std::map<std::pair<std::int64_t, absl::string_view>, std::vector<std::size_t>> indices;
  std::vector<EventKey> keys;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const std::string& event_id = events_[i].event.event_id;
    const CallImage* const image = images_.Find(results_[i].call_id);
    if (image == nullptr || !image->kept->event_ids.MayContain(event_id)) continue;
    std::vector<std::size_t>& same = indices[{image->kept->call.id, event_id}];
    if (same.empty()) keys.push_back({image->kept->call.id, event_id});
    same.push_back(i);
  }
  if (keys.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<domain::RecordedEvent> known, images_.FindEvents(calls, keys));
  for (const domain::RecordedEvent& event : known) {  // O1
    for (const std::size_t i : indices[{event.call_id, event.event.event_id}]) {
      results_[i].receipt.event = event;
      results_[i].receipt.duplicate = true;
    }
  }
  return absl::OkStatus();
}

absl::Status EventGroup::DecideAll(CallWriter& calls) {
  for (std::size_t i = 0; i < events_.size(); ++i) {
    Result& result = results_[i];
    if (!result.status.ok()) continue;
    CallImage* const image = images_.Find(result.call_id);
    if (image == nullptr) {
      result.status = absl::NotFoundError(absl::StrCat("call ", result.call_id, " not found"));
      continue;
    }
    if (!result.receipt.duplicate) {
      const auto [first, is_new] = image->added_ids.emplace(events_[i].event.event_id, i);
      if (is_new) {
        RETURN_IF_ERROR(DecideNew(calls, i, *image));
      } else {
        result.repeats = first->second;  // O1
      }
    }
    result.receipt.call = image->kept->call;
  }
  return absl::OkStatus();
}

// Keeps of an event that it came, and nothing of what it said.
void EventGroup::RecordForgotten(std::size_t index, const domain::Call& call) {
  domain::RecordedEvent& recorded = results_[index].receipt.event;
  recorded.call_id = call.id;
  recorded.create_time = context_.now;
  recorded.outcome = domain::EventOutcome::kStale;
  recorded.call_status_word = call.state.status_word;
  recorded.forget_time = context_.now;
  events_[index].event = domain::WithoutDetail(std::move(events_[index].event));
}

absl::Status EventGroup::DecideNew(CallWriter& calls, std::size_t index, CallImage& image) {
  if (image.kept->call.erase_time) {  // X1
    RecordForgotten(index, image.kept->call);
    return absl::OkStatus();
  }
  const domain::CallEvent& event = events_[index].event;
  if (domain::IsTooLate(image.kept->folded, event)) {  // F1
    RecordForgotten(index, image.kept->call);
    return absl::OkStatus();
  }
  const domain::FoldedRows without = image.kept->folded;
  if (!domain::FoldLast(image.kept->folded, event, context_.options)) {
    ASSIGN_OR_RETURN(domain::FoldedCall folded, FoldWhole(calls, image, event));
    if (domain::IsTooLate(folded, event)) {  // F1: more may be folded away than was kept
      RecordForgotten(index, image.kept->call);
      return absl::OkStatus();
    }
    image.kept->folded = std::move(folded);
  }
  domain::Decision decision =
      domain::Decide(image.kept->call.state, without, image.kept->folded, event);
  if (!IsNotice(event)) image.added.push_back(&event);

  domain::RecordedEvent& recorded = results_[index].receipt.event;
  recorded.call_id = image.kept->call.id;
  recorded.create_time = context_.now;
  recorded.outcome = decision.outcome;
  recorded.call_status_word = decision.row.status_word;
  if (!decision.writes()) return absl::OkStatus();
  if (!image.stored) image.stored = std::move(image.kept->call.state);
  image.kept->call.state = std::move(decision.row);
  image.kept->call.update_time = context_.now;
  if (!decision.replace_transcript) return absl::OkStatus();
  return TakeTranscript(calls, decision.transcript_event_id, image);
}

absl::StatusOr<domain::FoldedCall> EventGroup::FoldWhole(CallWriter& calls, CallImage& image,
                                                         const domain::CallEvent& event) {
  if (!image.history) RETURN_IF_ERROR(images_.LoadHistory(calls, image));
  if (!image.history) return absl::InternalError("a call with events has no base");
  domain::CallHistory history = *image.history;
  for (const domain::CallEvent* const added : image.added) history.events.push_back(*added);
  history.events.push_back(event);
  return domain::Fold(history, context_.options);
}

absl::Status EventGroup::TakeTranscript(CallWriter& calls, const std::string& event_id,
                                        CallImage& image) {
  const auto ours = image.added_ids.find(event_id);
  if (ours != image.added_ids.end()) {
    image.transcript = &ReportOf(events_[ours->second].event)->transcript;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(image.read_transcript, calls.ReportedTranscript(image.kept->call.id, event_id));
  image.transcript = &image.read_transcript;
  return absl::OkStatus();
}

absl::Status EventGroup::Save(CallWriter& calls) {
  RecordedChanges changes;
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const Result& result = results_[i];
    if (!result.status.ok() || result.receipt.duplicate || result.repeats) continue;
    indices.push_back(i);
    const domain::RecordedEvent& event = result.receipt.event;
    changes.events.push_back({event.call_id, event.create_time, event.outcome,
                              event.call_status_word, &events_[i].event, event.forget_time});
  }
  if (changes.events.empty()) return absl::OkStatus();
  CollectCalls(changes);
  changes.commits = context_.commits;
  ASSIGN_OR_RETURN(const std::vector<std::int64_t> sequences, calls.Save(changes));
  for (std::size_t k = 0; k < indices.size(); ++k) {
    results_[indices[k]].receipt.event.sequence = sequences[k];
    images_.Find(results_[indices[k]].call_id)->kept->last_sequence = sequences[k];
  }
  return absl::OkStatus();
}

void EventGroup::CollectCalls(RecordedChanges& changes) const {
  for (const auto& [call_id, image] : images_.all()) {
    if (image.new_base && !image.added_ids.empty() && !image.kept->call.erase_time) {
      changes.bases.push_back({call_id, &*image.new_base});
    }
    if (image.stored) changes.calls.push_back({&image.kept->call, &*image.stored});
    if (image.transcript != nullptr) changes.transcripts.push_back({call_id, image.transcript});
  }
  // M1: where calls share a record, the last event that wrote counts.
  std::map<std::int64_t, const domain::Call*> service_records;
  for (const NewEvent& event : changes.events) {
    const domain::Call& call = images_.all().at(event.call_id).kept->call;
    if (event.outcome != domain::EventOutcome::kStale && call.service_record_id) {
      service_records[*call.service_record_id] = &call;
    }
  }
  for (const auto& [id, call] : service_records) {
    changes.service_records.push_back({id, call->state.status_word, context_.now});
  }
}

void EventGroup::Fail(const absl::Status& status) {
  for (Result& result : results_) result.status = status;
  images_.Clear();
}

std::vector<absl::StatusOr<Receipt>> EventGroup::TakeReceipts() {
  std::vector<absl::StatusOr<Receipt>> receipts;
  receipts.reserve(results_.size());
  for (std::size_t i = 0; i < results_.size(); ++i) {
    Result& result = results_[i];
    if (!result.status.ok()) {
      receipts.emplace_back(std::move(result.status));
      continue;
    }
    if (result.repeats) {
      result.receipt.event = receipts[*result.repeats]->event;
      result.receipt.duplicate = true;
    } else if (!result.receipt.duplicate) {
      domain::CallEvent& event = events_[i].event;
      if (auto* report = std::get_if<domain::EndOfCallReport>(&event.detail)) {
        report->transcript.clear();  // what was said stays in the database
      }
      result.receipt.event.event = std::move(event);
    }
    receipts.emplace_back(std::move(result.receipt));
  }
  return receipts;
}

}  // namespace autopulse::callevents::core
