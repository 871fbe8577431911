#pragma once

#include <vector>

#include "services/core/call_store.h"
#include "services/domain/call.h"

namespace autopulse::callevents::core {

// Whether all conditions hold for a call, as it was left by an event when its status was
// `status_word`. Stores answer queries as this does.
bool Matches(const domain::Call& call, absl::string_view status_word,
             const std::vector<CallCondition>& conditions);

// What `field`, one of the times, is for a call. Absent for any other field.
std::optional<absl::Time> TimeOf(const domain::Call& call, CallField field);

}  // namespace autopulse::callevents::core
