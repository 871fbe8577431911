#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/domain/call.h"
#include "services/domain/call_event.h"
#include "services/domain/transition.h"

namespace autopulse::callevents::domain {

// One attempt to reach the customer, folded by itself [O5].
struct Attempt {
  std::string provider_call_id;  // empty if no event carried one
  absl::Time begin_time;
  absl::Time order_time;  // the same by those of its events that name it: orders the attempts
  FoldState state;
  std::string transcript_event_id;  // the newest report that has a transcript; empty if none
  bool last_applied = false;        // whether the last event changed anything [O2]
  bool mirrored = false;            // whether any of them did, so that the record has its status

  // The place of the last event in the order of rule O3: its time, the rank of its kind, its id.
  absl::Time last_event_time;
  int last_event_rank = 0;
  std::string last_event_id;

  friend bool operator==(const Attempt&, const Attempt&) = default;
};

// All that the state of a call follows from: the row as it stood before the first recorded event,
// and the recorded events in any order [O3]. Of events that were folded away, what they have come
// to stands in their place [F1].
struct CallHistory {
  FoldState base;
  std::vector<CallEvent> events;                // all of them after `fold_horizon`
  std::vector<Attempt> folded = {};             // oldest first, as their events left them
  std::optional<absl::Time> fold_horizon = {};  // when the last event happened that is folded away
};

// What the rows of a call follow from.
struct FoldedRows {
  CallState state;                  // that of the newest attempt
  std::string transcript_event_id;  // the report that its transcript comes from; empty if none
  bool mirrored = false;            // whether the service record takes its status [M1]

  friend bool operator==(const FoldedRows&, const FoldedRows&) = default;
};

// A call as its history makes it.
struct FoldedCall : FoldedRows {
  std::vector<Attempt> attempts;           // oldest first; empty without events but notices
  std::optional<absl::Time> fold_horizon;  // of the history [F1]

  friend bool operator==(const FoldedCall&, const FoldedCall&) = default;
};

// Folds a history, whatever order its events are in. Pure.
//
// Source: rules O3, O4, O5; notices take no part [V2].
FoldedCall Fold(const CallHistory& history, const RuleOptions& options);

// Folds one more event in, if that moves no other: it comes last in the newest attempt, and begins
// none. Returns whether it did; if not, `folded` is as it was, and the whole history must be
// folded. Pure; the result is that of `Fold`.
//
// Source: rule O3, the last sentence.
bool FoldLast(FoldedCall& folded, const CallEvent& event, const RuleOptions& options);

// Folds the events of a history away: what is left of it needs none of them, and what happens later
// comes to the same. Pure.
//
// Source: rule F1.
CallHistory FoldAway(const CallHistory& history, const RuleOptions& options);

// What becomes of a call when one more event is recorded.
struct Decision {
  EventOutcome outcome = EventOutcome::kStale;
  CallState row;  // as it is to be stored
  bool replace_transcript = false;
  std::string transcript_event_id;  // where the new transcript comes from, if it is replaced

  // Whether the rows are written at all: the call, its service record [M1], its transcript.
  bool writes() const { return outcome != EventOutcome::kStale; }
};

// Whether an event happened before what is folded away of its call, so that it is not kept. Pure.
//
// Source: rule F1.
bool IsTooLate(const FoldedCall& folded, const CallEvent& event);

// Decides what `event` does to a call whose row is `row`, and whose history folds to `without` it
// and to `with` it. Of the row, it changes the status and only those columns in which the two
// differ, so that what other programs wrote stays. Pure.
//
// Source: rule O3.
Decision Decide(const CallState& row, const FoldedRows& without, const FoldedCall& with,
                const CallEvent& event);

}  // namespace autopulse::callevents::domain
