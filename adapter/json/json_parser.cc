#include "adapter/json/json_parser.h"

#include <optional>
#include <utility>

#include "adapter/json/json_exact_parser.h"
#include "adapter/json/json_quick_parser.h"

namespace autopulse::callevents::adapter {

absl::StatusOr<JsonTree> ParseJson(absl::string_view text, JsonExcerpts excerpts) {
  if (std::optional<JsonTree> tree = ParseJsonQuickly(text, excerpts)) return *std::move(tree);
  return ParseJsonExactly(text, excerpts);
}

}  // namespace autopulse::callevents::adapter
