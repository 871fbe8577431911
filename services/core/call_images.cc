#include "services/core/call_images.h"

#include <iterator>

#include "services/base/status_macros.h"

namespace autopulse::callevents::core {

absl::Status CallImages::Load(CallWriter& calls, const ConcernedCalls& concerned,
                              absl::Span<const ReportedEvent> events) {
  ASSIGN_OR_RETURN(data_version_, calls.DataVersion());
  Wanted wanted = TakeKept(concerned);
  // Without a version the locks are what keeps others away, whether calls are known or not.
  if (wanted.to_lock.call_ids.empty() && data_version_) return absl::OkStatus();
  AddKeys(concerned, events, wanted);
  wanted.to_lock.new_events = events.size();
  ASSIGN_OR_RETURN(LockedCalls locked, calls.LockCalls(wanted.to_lock));
  known_events_ = std::move(locked.known_events);
  return TakeLocked(calls, std::move(locked), std::move(wanted));
}

CallImages::Wanted CallImages::TakeKept(const ConcernedCalls& concerned) {
  Wanted wanted;
  for (const std::int64_t call_id : concerned.call_ids) {
    std::unique_ptr<KeptCall> kept = context_.kept_calls.Take(call_id, context_.now);
    if (kept != nullptr && kept->data_version && kept->data_version == data_version_) {
      AddKept(std::move(kept));
      continue;
    }
    wanted.to_lock.call_ids.push_back(call_id);
    if (kept != nullptr) {
      wanted.kept.emplace(call_id, std::move(kept));
    } else {
      wanted.to_lock.histories_of.push_back(call_id);
    }
  }
  return wanted;
}

// O1: what the events of calls that are to be locked are recognised by.
void CallImages::AddKeys(const ConcernedCalls& concerned, absl::Span<const ReportedEvent> events,
                         Wanted& wanted) {
  for (const ReportedEvent& reported : events) {
    std::optional<std::int64_t> call_id = reported.call_id;
    if (!call_id) {
      const auto found = concerned.by_provider_call_id.find(reported.event.provider_call_id);
      if (found != concerned.by_provider_call_id.end()) call_id = found->second;
    }
    if (!call_id || images_.count(*call_id) > 0) continue;
    const auto kept = wanted.kept.find(*call_id);
    if (kept != wanted.kept.end() && !kept->second->event_ids.MayContain(reported.event.event_id)) {
      continue;  // it is asked for after all if what is kept does not hold
    }
    if (asked_.emplace(*call_id, reported.event.event_id).second) {
      wanted.to_lock.event_keys.push_back({*call_id, reported.event.event_id});
    }
  }
}

absl::Status CallImages::TakeLocked(CallWriter& calls, LockedCalls locked, Wanted wanted) {
  std::map<std::int64_t, std::optional<domain::CallHistory>> histories;
  for (std::size_t i = 0; i < wanted.to_lock.histories_of.size(); ++i) {
    histories[wanted.to_lock.histories_of[i]] = std::move(locked.histories[i]);
  }
  for (LockedCall& one : locked.calls) {
    const std::int64_t call_id = one.call.id;
    const auto kept = wanted.kept.find(call_id);
    if (kept != wanted.kept.end() && kept->second->last_sequence == one.last_sequence) {
      kept->second->call = std::move(one.call);
      AddKept(std::move(kept->second));
      continue;
    }
    CallImage& image = AddNew(std::move(one.call));
    image.kept->last_sequence = one.last_sequence;
    if (one.last_sequence == 0) image.kept->event_ids = EventIdSet::Empty();
    if (const auto history = histories.find(call_id); history != histories.end()) {
      image.history = std::move(history->second);
    } else {  // what is remembered does not hold any more
      RETURN_IF_ERROR(LoadHistory(calls, image));
    }
    if (!image.history) SetBase(image);
    image.kept->folded = domain::Fold(*image.history, context_.options);
  }
  return absl::OkStatus();
}

CallImage& CallImages::AddKept(std::unique_ptr<KeptCall> kept) {
  CallImage& image = images_[kept->call.id];
  image.kept = std::move(kept);
  return image;
}

CallImage& CallImages::AddNew(domain::Call call) {
  auto kept = std::make_unique<KeptCall>();
  kept->call = std::move(call);
  return AddKept(std::move(kept));
}

// O3: the row as it stands now, whoever made it, is the base.
void CallImages::SetBase(CallImage& image) const {
  image.new_base.emplace().call = image.kept->call.state;
  image.history.emplace().base = *image.new_base;
}

CallImage& CallImages::Add(domain::Call call) {
  CallImage& image = AddNew(std::move(call));
  image.kept->event_ids = EventIdSet::Empty();
  SetBase(image);
  image.kept->folded = domain::Fold(*image.history, context_.options);
  return image;
}

CallImage* CallImages::Find(std::int64_t call_id) {
  const auto found = images_.find(call_id);
  return found != images_.end() ? &found->second : nullptr;
}

absl::StatusOr<std::vector<domain::RecordedEvent>> CallImages::FindEvents(
    CallWriter& calls, const std::vector<EventKey>& keys) {
  std::vector<EventKey> others;
  for (const EventKey& key : keys) {
    if (asked_.count({key.call_id, key.event_id}) == 0) others.push_back(key);
  }
  std::vector<domain::RecordedEvent> found = std::move(known_events_);
  if (others.empty()) return found;
  ASSIGN_OR_RETURN(std::vector<domain::RecordedEvent> more, calls.FindEvents(others));
  std::move(more.begin(), more.end(), std::back_inserter(found));
  return found;
}

absl::Status CallImages::LoadHistory(CallWriter& calls, CallImage& image) const {
  ASSIGN_OR_RETURN(image.history, calls.FindHistory(image.kept->call.id));
  return absl::OkStatus();
}

void CallImages::Keep() {
  for (auto& [call_id, image] : images_) {
    if (image.kept->last_sequence == 0 || image.kept->call.erase_time) continue;
    for (const auto& [event_id, index] : image.added_ids) image.kept->event_ids.Add(event_id);
    image.kept->time = context_.now;
    image.kept->data_version = data_version_;
    context_.kept_calls.Put(std::move(image.kept));
  }
}

}  // namespace autopulse::callevents::core
