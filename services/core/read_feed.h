#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "services/core/call_feed.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::core {

// What the feed would have kept, read from the journal: at most `limit` events behind `after` up to
// `up_to`, by sequence, each with its call as it stands; of a call that another program has deleted
// beside its events, with its id.
absl::StatusOr<CallFeed::Entries> ReadFeed(CallReader& calls, std::int64_t after,
                                           std::int64_t up_to, int limit);

}  // namespace autopulse::callevents::core
