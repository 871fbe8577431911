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

// The calls that events concern, as far as they are known before anything is locked.
struct ConcernedCalls {
  std::vector<std::int64_t> call_ids;  // ascending, each once; there need not be such calls
  std::map<std::string, std::int64_t> by_provider_call_id;  // where an event names no other
};

// Finds the calls of `events`, and locks the provider's calls that may be registered [U1].
absl::StatusOr<ConcernedCalls> FindConcerned(CallWriter& calls,
                                             absl::Span<const ReportedEvent> events);

}  // namespace autopulse::callevents::core
