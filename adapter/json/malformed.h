#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter {

// An INVALID_ARGUMENT for a body that can never be taken: what is wrong, at which path of the body
// (`message.call.id`; empty if it has none) and, where `message` cannot say it, in which way.
absl::Status Malformed(absl::string_view message, absl::string_view path = "",
                       absl::string_view detail = "");

// The path that `Malformed` was given, else empty.
std::string MalformedPath(const absl::Status& status);

// The detail that `Malformed` was given, else empty.
std::string MalformedDetail(const absl::Status& status);

}  // namespace autopulse::callevents::adapter
