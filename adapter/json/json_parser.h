#pragma once

#include <concepts>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "adapter/json/json_tree.h"

namespace autopulse::callevents::adapter {

// How deep arrays and objects may stand in one another.
inline constexpr int kMaxJsonDepth = 64;

// How many values a text may have: more than the largest of real size, and less than would take a
// multiple of its size in memory.
inline constexpr std::size_t kMaxJsonValues = 1'000'000;

// An object of which one member is of use: the path of the object, from the outermost one on, and
// the name of the member.
struct JsonExcerpt {
  absl::string_view object;
  absl::string_view member;
};
using JsonExcerpts = absl::Span<const JsonExcerpt>;

// Reads one JSON text (RFC 8259) of less than 1 GiB, which must outlive the tree. Whatever it
// holds, neither stack nor memory grow beyond a fixed multiple of its size.
//
// Fails as `Malformed`, naming the byte or the path, never quoting the text: it is no JSON, is not
// UTF-8, is nested deeper than `kMaxJsonDepth`, has more than `kMaxJsonValues` values, or an object
// has a name twice (whichever of the two was taken, somebody else would take the other one).
//
// Half a character that is escaped, as JavaScript writes one where a text was cut within an emoji,
// is read as U+FFFD: such a text is no reason to lose a webhook.
//
// Of the objects in `excerpts` the tree has that member only. In the others neither depth nor names
// nor values are limited.
absl::StatusOr<JsonTree> ParseJson(absl::string_view text, JsonExcerpts excerpts = {});

// A text that is gone at once cannot outlive a tree.
template <std::same_as<std::string> Text>
absl::StatusOr<JsonTree> ParseJson(Text&& text, JsonExcerpts excerpts = {}) = delete;

}  // namespace autopulse::callevents::adapter
