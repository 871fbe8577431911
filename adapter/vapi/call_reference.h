#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "adapter/json/json_tree.h"
#include "adapter/vapi/envelope.h"

namespace autopulse::callevents::adapter::vapi {

// AutoPulse's id in the value of a `call_id`; zero, which is no id, if it is no integer from 1 to
// 2^63-1, as a number or a string of ASCII digits.
std::int64_t CallIdIn(JsonValue value);

// The call that a message is about, as a parent of the API: `calls/15` by the id that AutoPulse
// gave VAPI along, or `calls/-` for the call that `provider_call_id` belongs to.
//
// The id is looked for in the places that docs/rules.md lists after the table of section A, in that
// order; the first place that has one other than null decides.
//
// Fails as `Malformed` with "No call_id found" [E1]: what is there is no id, as `CallIdIn` has it
// (with its path); or there is none and `provider_call_id` is empty.
absl::StatusOr<std::string> FindCall(const Envelope& envelope, const std::string& provider_call_id);

}  // namespace autopulse::callevents::adapter::vapi
