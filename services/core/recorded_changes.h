#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/domain/call.h"
#include "services/domain/call_event.h"
#include "services/domain/fold.h"

// What a transaction that records events takes from the database, and what it gives back.
namespace autopulse::callevents::core {

// What names an event [O1].
struct EventKey {
  std::int64_t call_id = 0;
  std::string event_id;
};

// A call whose row is locked.
struct LockedCall {
  domain::Call call;
  std::int64_t last_sequence = 0;  // of its newest event; zero if it has none
};

// What a transaction that records needs of the calls that it will write to.
struct CallsToLock {
  std::vector<std::int64_t> call_ids;           // ascending
  std::vector<EventKey> event_keys = {};        // of these calls: which of them are recorded?
  std::vector<std::int64_t> histories_of = {};  // of these calls
  std::size_t new_events = 0;                   // how many `Save` may be given afterwards
};

// Calls that are locked, and what was asked of them.
struct LockedCalls {
  std::vector<LockedCall> calls;                    // ascending; ids of no call are passed over
  std::vector<domain::RecordedEvent> known_events;  // as `FindEvents`
  std::vector<std::optional<domain::CallHistory>> histories;  // as `FindHistories`
};

// A new event of the journal.
struct NewEvent {
  std::int64_t call_id = 0;
  absl::Time create_time;
  domain::EventOutcome outcome = domain::EventOutcome::kApplied;
  std::string call_status_word;
  const domain::CallEvent* event = nullptr;    // with its transcript
  std::optional<absl::Time> forget_time = {};  // where it is `WithoutDetail` [F1, X1]
};

// What events make of the tables. What it points to need only live as long as it is saved.
struct RecordedChanges {
  struct Base {
    std::int64_t call_id = 0;
    const domain::FoldState* base = nullptr;
  };
  struct ChangedCall {
    const domain::Call* call = nullptr;         // its state and update time are written
    const domain::CallState* stored = nullptr;  // what its row holds; null if that is not known
  };
  struct ServiceRecordStatus {
    std::int64_t id = 0;
    std::string status_word;
    absl::Time update_time;
  };
  struct Transcript {
    std::int64_t call_id = 0;
    const std::vector<domain::TranscriptEntry>* entries = nullptr;
  };
  std::vector<Base> bases;         // calls as they stood before their first event [O3]
  std::vector<NewEvent> events;    // in the order of their sequences
  std::vector<ChangedCall> calls;  // each once
  std::vector<ServiceRecordStatus>
      service_records;                  // each once; those that are gone are passed over
  std::vector<Transcript> transcripts;  // each replaces its call's as a whole [O4]
  // Whether `Save` may commit the transaction, as it does where that saves a wait: nothing must be
  // done in it afterwards.
  bool commits = false;
};

}  // namespace autopulse::callevents::core
