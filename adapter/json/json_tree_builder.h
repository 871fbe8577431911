#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "adapter/json/json_tree.h"

namespace autopulse::callevents::adapter {

// Builds a `JsonTree` from what a parser meets, in the order of the text, and holds it to what
// `ParseJson` allows. Every method returns false once the text is refused; `status` then says why.
class JsonTreeBuilder {
 public:
  // Makes room for a text of so many bytes.
  void Reserve(std::size_t bytes) { tree_.Reserve(bytes); }

  // The name of the member that comes next, which lives until that is added.
  void Key(absl::string_view key) { key_ = key; }

  // A value that is neither array nor object.
  bool Add(JsonKind kind, absl::string_view text);

  // An array or object begins, or ends.
  bool Open(JsonKind kind);
  bool CloseArray();
  bool CloseObject();

  const absl::Status& status() const { return status_; }
  JsonTree& tree() { return tree_; }

 private:
  // The path of a member of the innermost open object.
  std::string PathOf(absl::string_view key) const;

  JsonTree tree_;
  absl::Status status_;
  absl::string_view key_;
  std::uint32_t last_added_ = 0;
  std::vector<std::uint32_t> open_;
  std::vector<absl::string_view> keys_;  // kept for its memory
};

}  // namespace autopulse::callevents::adapter
