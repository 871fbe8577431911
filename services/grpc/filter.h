#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::rpc {

// Reads `ListCallsRequest.filter`: comparisons joined by AND, a subset of AIP-160.
//
// INVALID_ARGUMENT names what is wrong and where. Limits: services/base/limits.h.
absl::StatusOr<std::vector<core::CallCondition>> ParseFilter(absl::string_view filter);

// What `ListCallsRequest.order_by` asks for.
struct CallOrder {
  std::optional<core::CallField> field;  // nothing: by id
  bool descending = true;
};

// Reads `start_time`, `end_time desc`, ...; empty is the newest id first. INVALID_ARGUMENT if it is
// anything else.
absl::StatusOr<CallOrder> ParseOrderBy(absl::string_view order_by);

}  // namespace autopulse::callevents::rpc
