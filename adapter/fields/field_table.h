#pragma once

#include <array>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "adapter/json/json_tree.h"
#include "adapter/warnings.h"

// Runs tables that say which JSON value becomes which field of a message. Knows no format.
namespace autopulse::callevents::adapter {

// What a setter made of a value.
enum class FieldOutcome {
  kTaken,  // the field is set, or the value says that it stays unset
  kEmpty,  // as good as absent: the next path is tried
  kWrong,  // wrong type, or outside its column: the field stays unset, with a counted warning
};

// A value on its way into a field.
struct FieldSource {
  JsonValue value;
  absl::string_view where;  // goes before the path in warnings: `messages[].`
  absl::string_view path;
  Warnings& warnings;

  // Counts an oddity of this value.
  void Warn(absl::string_view kind) const { warnings.Add(kind, absl::StrCat(where, path)); }
};

// One row: the first of `paths` that has a value other than null is handed to `set`.
template <typename Message>
struct Field {
  static constexpr std::size_t kMaxPaths = 4;

  std::array<absl::string_view, kMaxPaths> paths;  // what is not used is empty
  FieldOutcome (*set)(const FieldSource& source, Message& message);
};

// Fills `message` from `json` by every row of `table`, in order. An absent or null value leaves its
// field alone.
template <typename Message>
void RunFieldTable(absl::Span<const Field<Message>> table, JsonValue json, absl::string_view where,
                   Warnings& warnings, Message& message) {
  for (const Field<Message>& field : table) {
    for (const absl::string_view path : field.paths) {
      if (path.empty()) break;
      const JsonValue value = json.At(path);
      if (!value.given()) continue;
      const FieldSource source{value, where, path, warnings};
      const FieldOutcome outcome = field.set(source, message);
      if (outcome == FieldOutcome::kEmpty) continue;
      if (outcome == FieldOutcome::kWrong) source.Warn(kDroppedField);
      break;
    }
  }
}

}  // namespace autopulse::callevents::adapter
