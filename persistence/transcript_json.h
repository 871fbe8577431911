#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/domain/call_event.h"

// A whole transcript as one text column of the journal: a JSON array with an object per entry.
// Times are microseconds since 1970; what is absent has no key. Reads back exactly.
namespace autopulse::callevents::persistence {

// INVALID_ARGUMENT if a role or a content is not UTF-8.
absl::StatusOr<std::string> TranscriptToJson(const std::vector<domain::TranscriptEntry>& entries);

// DATA_LOSS if `json` is not what `TranscriptToJson` writes.
absl::StatusOr<std::vector<domain::TranscriptEntry>> TranscriptFromJson(const std::string& json);

}  // namespace autopulse::callevents::persistence
