#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "adapter/json/json_parser.h"
#include "adapter/json/json_tree.h"

namespace autopulse::callevents::adapter {

// `ParseJson`, by nlohmann's parser: it takes numbers of any size, and says which byte is wrong.
absl::StatusOr<JsonTree> ParseJsonExactly(absl::string_view text, JsonExcerpts excerpts = {});

}  // namespace autopulse::callevents::adapter
