#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/core/call_store.h"
#include "services/core/reported_event.h"

namespace autopulse::callevents::core {

// The calls that events concern, as they stand.
struct ConcernedCalls {
  std::vector<LockedCall> calls;  // ascending; those that are not there are left out
  std::map<std::string, std::int64_t> by_provider_call_id;  // where an event names no other
};

// Locks all that `events` concern before anything of it is read: the provider's calls that may be
// registered [U1], then every call that is known by then.
absl::StatusOr<ConcernedCalls> LockConcerned(CallWriter& calls,
                                             absl::Span<const ReportedEvent> events);

}  // namespace autopulse::callevents::core
