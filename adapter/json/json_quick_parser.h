#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "adapter/json/json_parser.h"
#include "adapter/json/json_tree.h"

namespace autopulse::callevents::adapter {

// The tree that `ParseJsonExactly` would build, by simdjson, several times faster; nothing if the
// text is not for it: wrong in any way, with surrogate escapes, a byte order mark or numbers that
// no machine word holds, or of over a megabyte. Thread-safe: each thread keeps a parser, and memory
// for a few hundred kilobytes.
std::optional<JsonTree> ParseJsonQuickly(absl::string_view text, JsonExcerpts excerpts = {});

}  // namespace autopulse::callevents::adapter
