#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "adapter/json/json_tree.h"

// What of a webhook may be shown on a screen.
namespace autopulse::callevents::adapter {

// Returns `text` with the digits of telephone numbers as `*`, but for the last two, and without the
// users, queries and fragments of URLs, which may be secrets. Too much may go, a long number of
// another kind for instance.
std::string RedactText(absl::string_view text);

// Returns `value` as compact JSON, every text as `RedactText` has it, and `[redacted]` in place of
// whatever stands under a name that speaks of a secret, or as the `value` beside such a `name` or
// `key`.
std::string RedactJson(JsonValue value);

}  // namespace autopulse::callevents::adapter
