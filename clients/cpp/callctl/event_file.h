#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"

namespace autopulse::callevents::callctl {

// Reads a file to its end; `-` is standard input. kUnknown with the system's reason if it cannot be
// read.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Reads the events of a file: one `ReportCallEventRequest` as proto JSON, an array of them, or one
// after the other, as in JSON lines. kInvalidArgument with the line if one is malformed or has a
// field that the API does not know, and if there are none.
absl::StatusOr<std::vector<v1::ReportCallEventRequest>> ParseEvents(absl::string_view json);

}  // namespace autopulse::callevents::callctl
