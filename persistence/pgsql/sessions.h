#pragma once

#include <libpq-fe.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace autopulse::callevents::persistence {

// What `url` says, as libpq's keywords and values, and what it and libpq's environment leave out: a
// server that does not answer is given up after seconds, not after the minutes or hours of the
// system, so that the next of several hosts is tried, or the same one again.
//
// INVALID_ARGUMENT if libpq cannot read it.
absl::StatusOr<std::string> WithTimeouts(const std::string& url);

// OK if `ours`, an idle connection to `conninfo`, stays with one session of the server.
// FAILED_PRECONDITION, with what to do, if a pooler hands out sessions by the transaction: prepared
// statements and settings would be those of somebody else. UNAVAILABLE if the server cannot be
// reached.
//
// Three connections more for a moment if there is a pooler. Not to be relied on where the pooler
// has more than three sessions that nobody uses and hands out the oldest first.
absl::Status CheckSessions(PGconn* ours, const std::string& conninfo);

}  // namespace autopulse::callevents::persistence
