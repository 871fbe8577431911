#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter {

class JsonTree;

// What a JSON value is. `kAbsent` is what a look-up that finds nothing returns.
enum class JsonKind : std::uint8_t { kAbsent, kNull, kBoolean, kNumber, kString, kArray, kObject };

// The kind in words, for error messages: `a number`.
absl::string_view JsonKindName(JsonKind kind);

// One value of a `JsonTree`, or none. Cheap to copy; valid as long as its tree is neither moved nor
// destroyed, and the text that it was parsed from is there. Every look-up on a value of the wrong
// kind finds nothing, so that chains need no tests.
class JsonValue {
 public:
  // No value.
  JsonValue() = default;

  JsonKind kind() const;

  // Whether there is a value and it is not null.
  bool given() const { return kind() != JsonKind::kAbsent && kind() != JsonKind::kNull; }

  // The text of a string; the characters of a number, as they were sent; `true`, `false` or `null`.
  // Empty for the other kinds.
  absl::string_view text() const;

  // The name under which this value stands in its object, else empty.
  absl::string_view key() const;

  // The member of an object with this name.
  JsonValue Find(absl::string_view key) const;

  // The value at a path of names joined by points, `call.customer.number`. The empty path is this
  // value itself.
  JsonValue At(absl::string_view path) const;

  // The first element of an array or member of an object, in the order sent.
  JsonValue FirstChild() const;

  // The element or member after this one.
  JsonValue NextSibling() const;

 private:
  friend class JsonTree;
  JsonValue(const JsonTree* tree, std::uint32_t node) : tree_(tree), node_(node) {}

  const JsonTree* tree_ = nullptr;
  std::uint32_t node_ = 0;
};

// A parsed JSON text: flat, in the order sent, with every number in the characters it was sent in
// (a cost is money, and no binary number on the way may touch it [R3]).
//
// What is read goes through this class alone, so that another parser can take the place of the
// present one. Built by `ParseJson`; immutable from then on. What stands in the parsed text as it
// means is not copied: that text must outlive the tree.
class JsonTree {
 public:
  // The outermost value; absent in an empty tree.
  JsonValue root() const;

  // The value that `JsonTreeBuilder` gave this number.
  JsonValue value(std::uint32_t node) const { return JsonValue(this, node); }

 private:
  friend class JsonTreeBuilder;
  friend class JsonValue;

  static constexpr std::uint32_t kNone = 0xffffffff;

  // A part of the source, or behind it of `texts_`.
  struct Text {
    std::uint32_t begin = 0;
    std::uint32_t length = 0;
  };

  // What stands in it comes behind it, so that its first child is the next node.
  struct Node {
    Text key;
    Text text;
    std::uint32_t next_sibling = kNone;
    JsonKind kind = JsonKind::kNull;
    bool has_children = false;
  };

  absl::string_view Read(Text text) const;

  absl::string_view source_;
  std::string texts_;  // what does not stand in the source as it means
  std::vector<Node> nodes_;
};

inline absl::string_view JsonTree::Read(Text text) const {
  if (text.begin < source_.size()) return {source_.data() + text.begin, text.length};
  return {texts_.data() + (text.begin - source_.size()), text.length};
}

inline JsonKind JsonValue::kind() const {
  return tree_ == nullptr ? JsonKind::kAbsent : tree_->nodes_[node_].kind;
}

inline absl::string_view JsonValue::text() const {
  return tree_ == nullptr ? absl::string_view() : tree_->Read(tree_->nodes_[node_].text);
}

inline absl::string_view JsonValue::key() const {
  return tree_ == nullptr ? absl::string_view() : tree_->Read(tree_->nodes_[node_].key);
}

inline JsonValue JsonValue::FirstChild() const {
  if (tree_ == nullptr) return {};
  return tree_->nodes_[node_].has_children ? JsonValue(tree_, node_ + 1) : JsonValue();
}

inline JsonValue JsonValue::NextSibling() const {
  if (tree_ == nullptr) return {};
  const std::uint32_t sibling = tree_->nodes_[node_].next_sibling;
  return sibling == JsonTree::kNone ? JsonValue() : JsonValue(tree_, sibling);
}

// Appends `value` as compact JSON: members in the order sent, numbers in their own characters, text
// as UTF-8. An absent value appends nothing.
void AppendJson(JsonValue value, std::string& out);

// Appends `text`, which is UTF-8, as a JSON string with its quotes.
void AppendJsonString(absl::string_view text, std::string& out);

// Appends one more member to an object that has some and is not closed yet. Both are UTF-8.
void AppendJsonMember(absl::string_view name, absl::string_view text, std::string& out);

}  // namespace autopulse::callevents::adapter
