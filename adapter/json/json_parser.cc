#include "adapter/json/json_parser.h"

#include <optional>
#include <string>
#include <utility>

#include "adapter/json/json_exact_parser.h"
#include "adapter/json/json_quick_parser.h"
#include "adapter/json/lone_surrogates.h"

namespace autopulse::callevents::adapter {

absl::StatusOr<JsonTree> ParseJson(absl::string_view text, JsonExcerpts excerpts) {
  if (std::optional<JsonTree> tree = ParseJsonQuickly(text, excerpts)) return *std::move(tree);
  if (const std::optional<std::string> replaced = ReplaceLoneSurrogates(text)) {
    return ParseJsonExactly(*replaced, excerpts);  // whose tree is not made of its text
  }
  return ParseJsonExactly(text, excerpts);
}

}  // namespace autopulse::callevents::adapter
