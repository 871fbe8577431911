#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "adapter/json/json_tree.h"
#include "persistence/spool/dead_letters.h"

// Dead letters as lines of a file, to be moved to another place and sent from there.
namespace autopulse::callevents::adapter {

// One JSON object on one line, `{"dead_letter":{...}}`: everything, with the body whole, so that it
// holds what nobody else should see. An event is the API's JSON under `request`; a body is its text
// under `body`, or Base64 under `body_base64` if it is not UTF-8.
std::string ExportDeadLetter(const persistence::spool::DeadLetter& letter);

// The dead letter of such a line; nothing if it is none. INVALID_ARGUMENT, naming the field, if it
// is one that cannot be read.
absl::StatusOr<std::optional<persistence::spool::DeadLetter>> ImportDeadLetter(JsonValue line);

}  // namespace autopulse::callevents::adapter
