#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/core/call_store.h"
#include "services/core/recorded_changes.h"

// Resource names: `calls/15`, `calls/15/events/3f2a`, `serviceRecords/9`. Ids are decimal integers
// from 1 to 2^63-1. All functions are thread-safe.
namespace autopulse::callevents::rpc {

using core::CallName;
using core::ServiceRecordName;
std::string CallEventName(std::int64_t call_id, absl::string_view event_id);
std::string TranscriptEntryName(std::int64_t call_id, std::int64_t id);

// Reads `calls/15`. INVALID_ARGUMENT, which names `field` and quotes `name`, if it is no such name.
absl::StatusOr<std::int64_t> ParseCallName(absl::string_view field, absl::string_view name);

// Also takes `calls/-`, for which it returns nothing. INVALID_ARGUMENT as above.
absl::StatusOr<std::optional<std::int64_t>> ParseCallNameOrWildcard(absl::string_view field,
                                                                    absl::string_view name);

// Reads `serviceRecords/9`. INVALID_ARGUMENT as above.
absl::StatusOr<std::int64_t> ParseServiceRecordName(absl::string_view field,
                                                    absl::string_view name);

// Reads `calls/15/events/3f2a`; any text but none is an event's id here. INVALID_ARGUMENT as above.
absl::StatusOr<core::EventKey> ParseCallEventName(absl::string_view field, absl::string_view name);

// Reads the last segment of a name that is to be given: `15`. INVALID_ARGUMENT also for those that
// may not be chosen: services/base/limits.h.
absl::StatusOr<std::int64_t> ParseId(absl::string_view field, absl::string_view id);

}  // namespace autopulse::callevents::rpc
