#pragma once

#include "absl/status/status.h"
#include "services/core/call_store.h"
#include "services/domain/call.h"

// CallQuery in the plainest way: call by call.
namespace autopulse::callevents::fakes {

// INVALID_ARGUMENT if a condition's value is not of its field's type, or `order_by` is no time.
absl::Status Check(const core::CallQuery& query);

// Whether the call belongs to what `query` asks for, its limit aside.
bool Matches(const domain::Call& call, const core::CallQuery& query);

// Where the call stands in the order of `query`.
core::CallPosition PositionOf(const domain::Call& call, const core::CallQuery& query);

// Whether `a` comes before `b`: by time, absent times last, then by id.
bool ComesBefore(const core::CallPosition& a, const core::CallPosition& b, bool descending);

}  // namespace autopulse::callevents::fakes
