#pragma once

#include <optional>

#include "persistence/entities.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::persistence {

// The row of an event, by a statement that is prepared once for each connection; nothing if it was
// never recorded. Within the thread's current transaction; throws what ODB throws.
std::optional<CallEventRow> FindEventRow(const core::EventKey& key);

}  // namespace autopulse::callevents::persistence
