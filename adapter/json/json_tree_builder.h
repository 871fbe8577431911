#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "adapter/json/json_parser.h"
#include "adapter/json/json_tree.h"

namespace autopulse::callevents::adapter {

// Builds a `JsonTree` from what a parser meets, in the order of the text, and holds it to what
// `ParseJson` allows. Methods that return a bool return false once the text is refused; `status`
// then says why.
class JsonTreeBuilder {
 public:
  // A text in the tree.
  using Text = JsonTree::Text;

  // For a parser that tells what it has read, but not where. `excerpts` live as long as this.
  explicit JsonTreeBuilder(JsonExcerpts excerpts) : JsonTreeBuilder({}, excerpts) {}

  // For one that tells where in `source`, which outlives the tree, something stands as it means.
  JsonTreeBuilder(absl::string_view source, JsonExcerpts excerpts);

  // A text that is put behind all others.
  Text Append(absl::string_view text);

  // The text that stands in the source from `begin` on.
  static Text InSource(std::size_t begin, std::size_t length);

  // Whether a member of this name is left out here: then neither it nor its name must be added.
  bool LeavesOut(absl::string_view key) const;

  // The name of the member that comes next.
  void Key(Text key);

  // A value that is neither array nor object.
  bool Add(JsonKind kind, Text text);

  // An array or object begins, or ends.
  bool Open(JsonKind kind);
  bool CloseArray();
  bool CloseObject();

  const absl::Status& status() const { return status_; }
  JsonTree& tree() { return tree_; }

 private:
  struct Container {
    std::uint32_t node;
    std::uint32_t last_child;
    std::size_t first_key;       // of `keys_`
    const JsonExcerpt* excerpt;  // null: all members are taken
  };

  // Whether there may be one more value.
  bool HasRoom() { return tree_.nodes_.size() < kMaxJsonValues || RefuseMore(); }
  bool RefuseMore();
  // Makes a node, the last child of the innermost open container.
  std::uint32_t AddNode(JsonKind kind, Text text);
  void CloseContainer();
  bool IsSame(Text a, Text b) const;
  const JsonExcerpt* FindExcerpt() const;
  // A key of the innermost open object that is there twice; the end of `keys_` if there is none.
  std::vector<Text>::const_iterator FindRepeatedKey();
  // The path of a member of the innermost open object.
  std::string PathOf(absl::string_view key) const;

  const JsonExcerpts excerpts_;
  JsonTree tree_;
  absl::Status status_;
  Text key_;
  std::vector<Container> open_;
  std::vector<Text> keys_;  // of all open objects
};

inline JsonTreeBuilder::Text JsonTreeBuilder::InSource(std::size_t begin, std::size_t length) {
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(length)};
}

inline bool JsonTreeBuilder::LeavesOut(absl::string_view key) const {
  const JsonExcerpt* const excerpt = open_.back().excerpt;
  return excerpt != nullptr && excerpt->member != key;
}

inline void JsonTreeBuilder::Key(Text key) {
  keys_.push_back(key);
  key_ = key;
}

inline std::uint32_t JsonTreeBuilder::AddNode(JsonKind kind, Text text) {
  std::vector<JsonTree::Node>& nodes = tree_.nodes_;
  const auto added = static_cast<std::uint32_t>(nodes.size());
  if (!open_.empty()) {
    Container& parent = open_.back();
    if (parent.last_child == parent.node) {
      nodes[parent.node].has_children = true;
    } else {
      nodes[parent.last_child].next_sibling = added;
    }
    parent.last_child = added;
  }
  nodes.push_back({key_, text, JsonTree::kNone, kind, /*has_children=*/false});
  key_ = {};
  return added;
}

inline bool JsonTreeBuilder::Add(JsonKind kind, Text text) {
  if (!HasRoom()) return false;
  AddNode(kind, text);
  return true;
}

}  // namespace autopulse::callevents::adapter
