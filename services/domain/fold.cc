#include "services/domain/fold.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::domain {
namespace {

// O3: what comes first at the same time.
int KindRank(const EventDetail& detail) {
  if (const auto* update = std::get_if<StatusUpdate>(&detail)) {
    switch (update->call_status) {
      case CallStatus::kUnspecified:
      case CallStatus::kReady:
        return 0;
      case CallStatus::kRinging:
        return 1;
      case CallStatus::kInProgress:
        return update->forwarding ? 3 : 2;
      case CallStatus::kCompleted:
      case CallStatus::kFailed:
      case CallStatus::kMissed:
        return 4;
    }
  }
  return std::holds_alternative<Hangup>(detail) ? 5 : 6;
}

// O3: events are ordered by this.
using Place = std::tuple<absl::Time, int, absl::string_view>;

Place PlaceOf(const CallEvent& event) {
  return {event.time, KindRank(event.detail), event.event_id};
}

Place PlaceOfLast(const Attempt& attempt) {
  return {attempt.last_event_time, attempt.last_event_rank, attempt.last_event_id};
}

bool ComesBefore(const CallEvent* a, const CallEvent* b) { return PlaceOf(*a) < PlaceOf(*b); }

// O5: the earliest that an event says of the begin of its attempt.
absl::Time BeginBy(const CallEvent& event) {
  return std::min(event.time, event.provider_call_create_time.value_or(event.time));
}

// The events of one attempt, in their order.
struct AttemptEvents {
  std::string provider_call_id;
  absl::Time begin_time = absl::InfiniteFuture();
  absl::Time order_time = absl::InfiniteFuture();  // the same without events that name none
  std::vector<const CallEvent*> events;
  const Attempt* folded = nullptr;  // what its earlier events have come to, if they are folded away

  void Add(const CallEvent* event) {
    events.push_back(event);
    if (folded != nullptr) return;  // F1: it keeps its place among the attempts
    begin_time = std::min(begin_time, BeginBy(*event));
    if (!event->provider_call_id.empty()) order_time = begin_time;
  }
};

// All events that take part in the fold, in the order of rule O3.
std::vector<const CallEvent*> InOrder(const std::vector<CallEvent>& events) {
  std::vector<const CallEvent*> ordered;
  ordered.reserve(events.size());
  for (const CallEvent& event : events) {
    if (!std::holds_alternative<Notice>(event.detail)) ordered.push_back(&event);  // V2
  }
  std::sort(ordered.begin(), ordered.end(), ComesBefore);
  return ordered;
}

// O5: the attempt that an event without an id belongs to. `attempts` by begin, not empty.
std::size_t AttemptAt(const std::vector<AttemptEvents>& attempts, absl::Time time) {
  std::size_t index = 0;
  for (std::size_t i = 1; i < attempts.size() && attempts[i].order_time <= time; ++i) index = i;
  return index;
}

// The attempts that events name which are not folded away, oldest first.
std::vector<AttemptEvents> NewAttempts(const std::vector<const CallEvent*>& ordered,
                                       std::vector<AttemptEvents>& folded) {
  std::map<std::string, AttemptEvents> by_id;
  for (const CallEvent* event : ordered) {
    const std::string& id = event->provider_call_id;
    if (id.empty()) continue;
    const auto known =
        std::find_if(folded.begin(), folded.end(),
                     [&](const AttemptEvents& attempt) { return attempt.provider_call_id == id; });
    if (known != folded.end()) {
      known->Add(event);
      continue;
    }
    AttemptEvents& attempt = by_id[id];
    attempt.provider_call_id = id;
    attempt.Add(event);
  }
  std::vector<AttemptEvents> attempts;
  for (auto& [id, attempt] : by_id) attempts.push_back(std::move(attempt));
  std::stable_sort(attempts.begin(), attempts.end(),
                   [](const AttemptEvents& a, const AttemptEvents& b) {
                     return a.order_time < b.order_time;  // ties stay by id
                   });
  return attempts;
}

// The attempts that are folded away, without events as yet.
std::vector<AttemptEvents> FoldedAttempts(const CallHistory& history) {
  std::vector<AttemptEvents> attempts;
  for (const Attempt& folded : history.folded) {
    attempts.emplace_back();
    attempts.back().provider_call_id = folded.provider_call_id;
    attempts.back().begin_time = folded.begin_time;
    attempts.back().order_time = folded.begin_time;
    attempts.back().folded = &folded;
  }
  return attempts;
}

// O5: parts events, which are in order, into attempts, oldest first. Those that are folded away are
// older than all others [F1].
std::vector<AttemptEvents> PartIntoAttempts(const CallHistory& history,
                                            const std::vector<const CallEvent*>& ordered) {
  std::vector<AttemptEvents> attempts = FoldedAttempts(history);
  std::vector<AttemptEvents> added = NewAttempts(ordered, attempts);
  if (!added.empty() && attempts.size() == 1 && attempts[0].provider_call_id.empty()) {
    // O5: events without an id belong to the oldest attempt, now that there is one with an id.
    added[0].folded = attempts[0].folded;
    added[0].begin_time = attempts[0].begin_time;
    added[0].order_time = attempts[0].order_time;
    attempts.clear();
  }
  std::move(added.begin(), added.end(), std::back_inserter(attempts));
  if (attempts.empty() && !ordered.empty()) attempts.emplace_back();

  for (const CallEvent* event : ordered) {
    if (event->provider_call_id.empty()) attempts[AttemptAt(attempts, event->time)].Add(event);
  }
  for (AttemptEvents& attempt : attempts) {
    std::sort(attempt.events.begin(), attempt.events.end(), ComesBefore);
  }
  return attempts;
}

// O5: whether the attempt goes on from the row as it stood, rather than from a fresh start.
bool BeginsAtBase(const FoldState& base, const AttemptEvents& attempt, bool oldest) {
  if (attempt.provider_call_id.empty()) return true;  // no event names an attempt: there is one
  const std::string& named = base.call.provider_call_id.value_or("");
  return named.empty() ? oldest : named == attempt.provider_call_id;
}

// Where the fold of an attempt begins.
Attempt BeginAttempt(const FoldState& base, const AttemptEvents& events, bool oldest) {
  Attempt attempt;
  if (events.folded != nullptr) {
    attempt = *events.folded;
  } else if (BeginsAtBase(base, events, oldest)) {
    attempt.state = base;
  }
  attempt.provider_call_id = events.provider_call_id;
  attempt.begin_time = events.begin_time;
  attempt.order_time = events.order_time;
  return attempt;
}

// Applies the next event of an attempt, in the order of rule O3.
void Append(const CallEvent& event, const RuleOptions& options, Attempt& attempt) {
  Changes changes = Transition(attempt.state, event, options);
  attempt.state = std::move(changes.after);
  attempt.last_applied = changes.applied;
  attempt.mirrored = attempt.mirrored || changes.applied;
  attempt.last_event_time = event.time;
  attempt.last_event_rank = KindRank(event.detail);
  attempt.last_event_id = event.event_id;
  const auto* report = std::get_if<EndOfCallReport>(&event.detail);
  if (report != nullptr && report->has_transcript) {
    attempt.transcript_event_id = event.event_id;  // O4
  }
}

// What a call takes from its newest attempt so far, once all of its events are applied.
void TakeNewest(const Attempt& newest, FoldedCall& folded) {
  folded.mirrored = folded.mirrored || newest.mirrored;
  folded.state = newest.state.call;
  if (!newest.transcript_event_id.empty()) {  // O5: until its report comes, the older one's
    folded.transcript_event_id = newest.transcript_event_id;
  }
}

// O3: of the row, the status, and what differs with the event and without it.
template <std::size_t... I>
void WriteDifferences(const CallState& without, const CallState& with, CallState& row,
                      std::index_sequence<I...>) {
  row.status_word = with.status_word;
  const auto write = [&](auto member) {
    if (with.*member != without.*member) row.*member = with.*member;
  };
  (write(std::get<I>(kCallStateMembers)), ...);
}

}  // namespace

FoldedCall Fold(const CallHistory& history, const RuleOptions& options) {
  FoldedCall folded;
  folded.state = history.base.call;
  folded.fold_horizon = history.fold_horizon;
  for (const AttemptEvents& events : PartIntoAttempts(history, InOrder(history.events))) {
    const bool oldest = folded.attempts.empty();
    Attempt& attempt = folded.attempts.emplace_back(BeginAttempt(history.base, events, oldest));
    for (const CallEvent* event : events.events) {
      Append(*event, options, attempt);
    }
    TakeNewest(attempt, folded);
  }
  return folded;
}

CallHistory FoldAway(const CallHistory& history, const RuleOptions& options) {
  CallHistory rest;
  rest.base = history.base;
  rest.folded = Fold(history, options).attempts;
  rest.fold_horizon = history.fold_horizon;
  for (const CallEvent& event : history.events) {
    rest.fold_horizon = std::max(rest.fold_horizon, std::make_optional(event.time));
  }
  return rest;
}

bool FoldLast(FoldedCall& folded, const CallEvent& event, const RuleOptions& options) {
  if (std::holds_alternative<Notice>(event.detail)) return true;  // V2
  if (folded.attempts.empty() || folded.fold_horizon) return false;
  Attempt& newest = folded.attempts.back();
  if (newest.provider_call_id != event.provider_call_id) return false;
  if (PlaceOf(event) < PlaceOfLast(newest)) return false;
  // O5: an attempt that turns out to have begun earlier may not be the newest any more.
  const bool only = folded.attempts.size() == 1;
  if (!only && BeginBy(event) < newest.order_time) return false;
  newest.begin_time = std::min(newest.begin_time, BeginBy(event));
  if (!event.provider_call_id.empty()) {
    newest.order_time = std::min(newest.order_time, BeginBy(event));
  }
  Append(event, options, newest);
  TakeNewest(newest, folded);
  return true;
}

bool IsTooLate(const FoldedCall& folded, const CallEvent& event) {
  if (std::holds_alternative<Notice>(event.detail)) return false;  // V2: they take no part anyway
  return folded.fold_horizon && event.time <= *folded.fold_horizon;
}

Decision Decide(const CallState& row, const FoldedRows& without, const FoldedCall& with,
                const CallEvent& event) {
  Decision decision;
  decision.row = row;
  if (std::holds_alternative<Notice>(event.detail)) return decision;  // V2

  const Attempt& newest = with.attempts.back();
  if (newest.last_event_id == event.event_id && newest.last_applied) {
    decision.outcome = EventOutcome::kApplied;
  } else if (static_cast<const FoldedRows&>(with) != without) {
    decision.outcome = EventOutcome::kLate;
  } else {
    return decision;
  }
  WriteDifferences(without.state, with.state, decision.row,
                   std::make_index_sequence<std::tuple_size_v<decltype(kCallStateMembers)>>());
  decision.replace_transcript =
      !with.transcript_event_id.empty() && with.transcript_event_id != without.transcript_event_id;
  decision.transcript_event_id = with.transcript_event_id;
  return decision;
}

}  // namespace autopulse::callevents::domain
