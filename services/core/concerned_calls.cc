#include "services/core/concerned_calls.h"

#include <algorithm>
#include <cstddef>
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
  if (!looked_up.empty()) {
    const std::vector<std::string> ids(looked_up.begin(), looked_up.end());
    ASSIGN_OR_RETURN(const auto found, calls.FindCalls(ids));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!found[i]) continue;
      concerned.by_provider_call_id[ids[i]] = *found[i];
      call_ids.push_back(*found[i]);
    }
  }
  std::sort(call_ids.begin(), call_ids.end());
  call_ids.erase(std::unique(call_ids.begin(), call_ids.end()), call_ids.end());
  return concerned;
}

}  // namespace autopulse::callevents::core
