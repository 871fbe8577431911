#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/timestamp.pb.h"

// What people type, turned into what the API takes. Anything else is kInvalidArgument with a
// sentence that says what is accepted.
namespace autopulse::callevents::callctl {

// `15` or `calls/15` -> `calls/15`.
absl::StatusOr<std::string> ParseCallName(absl::string_view text);

// Like `ParseCallName`; also `-` or `calls/-`: the call that the provider's id belongs to.
absl::StatusOr<std::string> ParseEventParent(absl::string_view text);

// `15/e1` or `calls/15/events/e1` -> `calls/15/events/e1`.
absl::StatusOr<std::string> ParseEventName(absl::string_view text);

// `9` or `serviceRecords/9` -> `serviceRecords/9`.
absl::StatusOr<std::string> ParseServiceRecordName(absl::string_view text);

// `15` or `calls/15` -> `15`.
absl::StatusOr<std::string> ParseCallId(absl::string_view text);

// `9` or `serviceRecords/9` -> `9`.
absl::StatusOr<std::string> ParseServiceRecordId(absl::string_view text);

// `2025-05-01T12:00:00Z`, `2025-05-01T14:00:00.5+02:00`: RFC 3339, years 1 to 9999.
absl::StatusOr<google::protobuf::Timestamp> ParseTime(absl::string_view text);

// Accepts a positive duration with its unit, `250ms`, `5s`, `1m30s`, and returns it as it is.
absl::StatusOr<std::string> ParseTimeout(absl::string_view text);

}  // namespace autopulse::callevents::callctl
