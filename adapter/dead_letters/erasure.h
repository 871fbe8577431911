#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "persistence/spool/event_spool.h"

namespace autopulse::callevents::adapter {

// How much of a call was erased.
struct Erased {
  std::int64_t events = 0;  // that were pending
  std::int64_t dead_letters = 0;
};

// Removes whatever the spool holds of a call, and its bytes from the spool's files: `call` is
// AutoPulse's number, or the provider's id. With a number, what is known under the provider's ids
// that stand beside it goes too. A body of which no event can be made belongs to the call if it
// holds the id, or the number as `call_id`, however JSON spells it.
//
// What the service is being sent at this moment reaches it all the same. The errors are those of
// the spool; ABORTED if everything is removed but another process keeps the log from being emptied:
// again, later.
absl::StatusOr<Erased> EraseCall(persistence::spool::EventSpool& spool, const std::string& call);

}  // namespace autopulse::callevents::adapter
