#pragma once

#include "absl/status/status.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::core {

// Records a report of a call, both made up, as any event is recorded, and undoes it: OK if the
// database would take all that an event writes. An error is that of the database, for nothing is
// wrong with the event. In the transaction of `calls`, which can go on after an error that concerns
// one statement only.
absl::Status Rehearse(CallWriter& calls);

}  // namespace autopulse::callevents::core
