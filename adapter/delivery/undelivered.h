#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "persistence/spool/failures.h"

// What is written down of events that could not be delivered.
namespace autopulse::callevents::adapter {

// The reasons of dead letters.
inline constexpr char kReasonMalformed[] = "malformed";               // no event can be made of it
inline constexpr char kReasonInvalidArgument[] = "invalid_argument";  // the service refuses it
inline constexpr char kReasonUnknownCall[] = "unknown_call";          // U1
inline constexpr char kReasonRetriesExhausted[] = "retries_exhausted";  // failed too often
inline constexpr char kReasonUnreadable[] = "unreadable";               // damaged in the spool

// Writes one more failure of an event down.
void NoteFailure(const absl::Status& error, absl::Time now, persistence::spool::Failures& failures);

}  // namespace autopulse::callevents::adapter
