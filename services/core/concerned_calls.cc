#include "services/core/concerned_calls.h"

#include <algorithm>
#include <optional>
#include <set>

#include "services/base/status_macros.h"

namespace autopulse::callevents::core {

absl::StatusOr<ConcernedCalls> FindConcerned(CallWriter& calls,
                                             absl::Span<const ReportedEvent> events) {
  ConcernedCalls concerned;
  std::vector<std::int64_t>& call_ids = concerned.call_ids;
  std::set<std::string> looked_up;
  std::set<std::string> registered;
  for (const ReportedEvent& reported : events) {
    if (reported.call_id) {
      call_ids.push_back(*reported.call_id);
      continue;
    }
    looked_up.insert(reported.event.provider_call_id);
    if (reported.call_if_unknown) registered.insert(reported.event.provider_call_id);
  }
  if (!registered.empty()) {
    RETURN_IF_ERROR(calls.LockProviderCalls({registered.begin(), registered.end()}));
  }
  for (const std::string& provider_call_id : looked_up) {
    ASSIGN_OR_RETURN(const std::optional<std::int64_t> found, calls.FindCall(provider_call_id));
    if (!found) continue;
    concerned.by_provider_call_id[provider_call_id] = *found;
    call_ids.push_back(*found);
  }
  std::sort(call_ids.begin(), call_ids.end());
  call_ids.erase(std::unique(call_ids.begin(), call_ids.end()), call_ids.end());
  return concerned;
}

}  // namespace autopulse::callevents::core
