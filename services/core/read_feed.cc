#include "services/core/read_feed.h"

#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "services/base/status_macros.h"

namespace autopulse::callevents::core {

absl::StatusOr<CallFeed::Entries> ReadFeed(CallReader& calls, std::int64_t after,
                                           std::int64_t up_to, int limit) {
  ASSIGN_OR_RETURN(std::vector<domain::RecordedEvent> events, calls.ListAllEvents(after, limit));
  while (!events.empty() && events.back().sequence > up_to) events.pop_back();
  std::set<std::int64_t> call_ids;
  for (const domain::RecordedEvent& event : events) call_ids.insert(event.call_id);
  ASSIGN_OR_RETURN(std::vector<domain::Call> found,
                   calls.GetCalls({call_ids.begin(), call_ids.end()}));
  std::map<std::int64_t, domain::Call> by_id;
  for (const std::int64_t call_id : call_ids) by_id[call_id].id = call_id;
  for (domain::Call& call : found) by_id[call.id] = std::move(call);
  CallFeed::Entries entries;
  entries.reserve(events.size());
  for (domain::RecordedEvent& event : events) {
    const domain::Call& call = by_id[event.call_id];
    entries.push_back(std::make_shared<const FeedEntry>(std::move(event), call));
  }
  return entries;
}

}  // namespace autopulse::callevents::core
