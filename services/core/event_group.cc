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

EventGroup::EventGroup(Context context, absl::Span<ReportedEvent> events)
    : context_(context), events_(events), results_(events.size()) {}

absl::Status EventGroup::Record(CallWriter& calls) {
  ASSIGN_OR_RETURN(ConcernedCalls concerned, LockConcerned(calls, events_));
  RETURN_IF_ERROR(LoadImages(calls, std::move(concerned)));
  RETURN_IF_ERROR(ResolveCalls(calls));
  RETURN_IF_ERROR(FindRepeats(calls));
  RETURN_IF_ERROR(DecideAll(calls));
  return Save(calls);
}

absl::Status EventGroup::LoadImages(CallWriter& calls, ConcernedCalls concerned) {
  by_provider_call_id_ = std::move(concerned.by_provider_call_id);
  std::vector<std::int64_t> unknown;
  for (LockedCall& locked : concerned.calls) {
    const std::int64_t call_id = locked.call.id;
    Image& image = images_[call_id];
    image.call = std::move(locked.call);
    image.last_sequence = locked.last_sequence;
    std::optional<KeptCall> kept =
        context_.kept_calls.Take(call_id, locked.last_sequence, context_.now);
    if (kept) {
      image.folded = std::move(kept->folded);
    } else {
      unknown.push_back(call_id);
    }
  }
  RETURN_IF_ERROR(LoadHistories(calls, unknown));
  for (const std::int64_t call_id : unknown) {
    Image& image = images_.at(call_id);
    if (!image.history) SetBase(image);
    image.folded = domain::Fold(*image.history, context_.options);
  }
  return absl::OkStatus();
}

// O3: the row as it stands now, whoever made it, is the base.
void EventGroup::SetBase(Image& image) {
  image.new_base.emplace().call = image.call.state;
  image.history.emplace().base = *image.new_base;
}

absl::Status EventGroup::LoadHistories(CallWriter& calls,
                                       const std::vector<std::int64_t>& call_ids) {
  ASSIGN_OR_RETURN(std::vector<std::optional<domain::CallHistory>> histories,
                   calls.FindHistories(call_ids));
  for (std::size_t i = 0; i < call_ids.size(); ++i) {
    images_.at(call_ids[i]).history = std::move(histories[i]);
  }
  return absl::OkStatus();
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
    if (!provider_call_id.empty() && images_.count(results_[i].call_id) > 0) {
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
  Image& image = images_[call.id];
  image.call = std::move(call);
  SetBase(image);
  image.folded = domain::Fold(*image.history, context_.options);
  return image.call.id;
}

absl::Status EventGroup::FindRepeats(CallWriter& calls) {
  std::map<std::pair<std::int64_t, absl::string_view>, std::vector<std::size_t>> indices;
  std::vector<EventKey> keys;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const auto image = images_.find(results_[i].call_id);
    if (image == images_.end() || image->second.last_sequence == 0) continue;
    const std::string& event_id = events_[i].event.event_id;
    std::vector<std::size_t>& same = indices[{image->first, event_id}];
    if (same.empty()) keys.push_back({image->first, event_id});
    same.push_back(i);
  }
  if (keys.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<domain::RecordedEvent> known, calls.FindEvents(keys));
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
    const auto found = images_.find(result.call_id);
    if (found == images_.end()) {
      result.status = absl::NotFoundError(absl::StrCat("call ", result.call_id, " not found"));
      continue;
    }
    Image& image = found->second;
    if (!result.receipt.duplicate) {
      const auto [first, is_new] = image.event_ids.emplace(events_[i].event.event_id, i);
      if (is_new) {
        RETURN_IF_ERROR(DecideNew(calls, i, image));
      } else {
        result.repeats = first->second;  // O1
      }
    }
    result.receipt.call = image.call;
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

absl::Status EventGroup::DecideNew(CallWriter& calls, std::size_t index, Image& image) {
  if (image.call.erase_time) {  // X1
    RecordForgotten(index, image.call);
    return absl::OkStatus();
  }
  const domain::CallEvent& event = events_[index].event;
  ASSIGN_OR_RETURN(domain::FoldedCall with, FoldWith(calls, image, event));
  domain::Decision decision = domain::Decide(image.call.state, image.folded, with, event);
  if (decision.too_late) {  // F1
    RecordForgotten(index, image.call);
    return absl::OkStatus();
  }
  image.folded = std::move(with);
  if (!IsNotice(event)) image.added.push_back(&event);

  domain::RecordedEvent& recorded = results_[index].receipt.event;
  recorded.call_id = image.call.id;
  recorded.create_time = context_.now;
  recorded.outcome = decision.outcome;
  recorded.call_status_word = decision.row.status_word;
  if (!decision.writes()) return absl::OkStatus();
  image.changed = true;
  image.call.state = std::move(decision.row);
  image.call.update_time = context_.now;
  if (!decision.replace_transcript) return absl::OkStatus();
  return TakeTranscript(calls, decision.transcript_event_id, image);
}

absl::StatusOr<domain::FoldedCall> EventGroup::FoldWith(CallWriter& calls, Image& image,
                                                        const domain::CallEvent& event) {
  domain::FoldedCall with = image.folded;
  if (domain::FoldLast(with, event, context_.options)) return with;
  if (!image.history) RETURN_IF_ERROR(LoadHistories(calls, {image.call.id}));
  if (!image.history) return absl::InternalError("a call with events has no base");
  domain::CallHistory history = *image.history;
  for (const domain::CallEvent* const added : image.added) history.events.push_back(*added);
  history.events.push_back(event);
  return domain::Fold(history, context_.options);
}

absl::Status EventGroup::TakeTranscript(CallWriter& calls, const std::string& event_id,
                                        Image& image) {
  const auto ours = image.event_ids.find(event_id);
  if (ours != image.event_ids.end()) {
    image.transcript = &ReportOf(events_[ours->second].event)->transcript;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(image.read_transcript, calls.ReportedTranscript(image.call.id, event_id));
  image.transcript = &image.read_transcript;
  return absl::OkStatus();
}

absl::Status EventGroup::Save(CallWriter& calls) {
  RecordedChanges changes;
  std::map<std::int64_t, const domain::Call*> service_records;
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const Result& result = results_[i];
    if (!result.status.ok() || result.receipt.duplicate || result.repeats) continue;
    indices.push_back(i);
    const domain::RecordedEvent& event = result.receipt.event;
    changes.events.push_back({event.call_id, event.create_time, event.outcome,
                              event.call_status_word, &events_[i].event, event.forget_time});
    const domain::Call& call = images_.at(event.call_id).call;
    if (event.outcome != domain::EventOutcome::kStale && call.service_record_id) {  // M1
      service_records[*call.service_record_id] = &call;
    }
  }
  for (const auto& [call_id, image] : images_) {
    if (image.new_base && !image.event_ids.empty() && !image.call.erase_time) {
      changes.bases.push_back({call_id, &*image.new_base});
    }
    if (image.changed) changes.calls.push_back(&image.call);
    if (image.transcript != nullptr) changes.transcripts.push_back({call_id, image.transcript});
  }
  for (const auto& [id, call] : service_records) {
    changes.service_records.push_back({id, call->state.status_word, context_.now});
  }
  if (changes.events.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<std::int64_t> sequences, calls.Save(changes));
  for (std::size_t k = 0; k < indices.size(); ++k) {
    results_[indices[k]].receipt.event.sequence = sequences[k];
    images_.at(results_[indices[k]].call_id).last_sequence = sequences[k];
  }
  return absl::OkStatus();
}

void EventGroup::Fail(const absl::Status& status) {
  for (Result& result : results_) result.status = status;
  images_.clear();
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
  for (auto& [call_id, image] : images_) {
    if (image.last_sequence == 0 || image.call.erase_time) continue;
    context_.kept_calls.Put(call_id, {image.last_sequence, context_.now, std::move(image.folded)});
  }
  return receipts;
}

}  // namespace autopulse::callevents::core
