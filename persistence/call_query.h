#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "persistence/database.h"
#include "services/core/call_store.h"
#include "services/domain/call.h"

namespace autopulse::callevents::persistence {

// At most `query.limit` calls, in the order that `query` asks for. To be called in a transaction;
// throws what the database throws.
//
// INVALID_ARGUMENT if a condition's value is not of its field's type, or `order_by` is no time.
absl::StatusOr<std::vector<domain::Call>> QueryCalls(Database& kind, const core::CallQuery& query);

}  // namespace autopulse::callevents::persistence
