#pragma once

#include <string>

#include "absl/status/status.h"
#include "adapter/delivery/call_event_client.h"
#include "persistence/spool/dead_letters.h"

namespace autopulse::callevents::adapter {

// Where dead letters are sent, and how.
struct ReplayTarget {
  const CallEventClient& client;        // must outlive this
  bool register_unknown_calls = false;  // that a body names: `--unknown-calls=create` [U1]
};

// Sends the event of a dead letter. Returns what became of it, as `ReplayDeadLetter`; nothing is
// written down.
absl::StatusOr<std::string> SendDeadLetter(const persistence::spool::DeadLetter& letter,
                                           const ReplayTarget& target);

// Sends a dead letter again, the way it came: a body is translated first, with the time of its
// first receipt [O6]. What had been recorded after all stays as it is [O1].
//
// Once the service has it, it is a dead letter no more. Returns what became of it, a word:
// `applied`, `late`, `stale`, `duplicate`, `ignored`. An error is written down with the dead
// letter, which stays.
absl::StatusOr<std::string> ReplayDeadLetter(const persistence::spool::DeadLetter& letter,
                                             const ReplayTarget& target,
                                             persistence::spool::DeadLetters& letters);

}  // namespace autopulse::callevents::adapter
