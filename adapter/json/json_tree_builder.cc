#include "adapter/json/json_tree_builder.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "adapter/json/malformed.h"
#include "adapter/json/utf8.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr std::size_t kMaxQuotedKey = 100;

// Up to so many keys are compared each with each, which is quicker than sorting them.
constexpr std::ptrdiff_t kFewKeys = 12;

// What most webhooks stay below.
constexpr std::size_t kUsualNodes = 64;
constexpr std::size_t kUsualDepth = 8;

}  // namespace

JsonTreeBuilder::JsonTreeBuilder(absl::string_view source, JsonExcerpts excerpts)
    : excerpts_(excerpts) {
  tree_.source_ = source;
  tree_.nodes_.reserve(kUsualNodes);
  open_.reserve(kUsualDepth);
  keys_.reserve(kUsualNodes);
}

JsonTreeBuilder::Text JsonTreeBuilder::Append(absl::string_view text) {
  const std::size_t begin = tree_.source_.size() + tree_.texts_.size();
  tree_.texts_.append(text.data(), text.size());
  return InSource(begin, text.size());
}

bool JsonTreeBuilder::Open(JsonKind kind) {
  if (open_.size() >= static_cast<std::size_t>(kMaxJsonDepth)) {
    status_ = Malformed(absl::StrCat("Malformed JSON: depth of more than ", kMaxJsonDepth));
    return false;
  }
  if (!HasRoom()) return false;
  const JsonExcerpt* const excerpt = kind == JsonKind::kObject ? FindExcerpt() : nullptr;
  const std::uint32_t node = AddNode(kind, {});
  open_.push_back({node, /*last_child=*/node, keys_.size(), excerpt});
  return true;
}

bool JsonTreeBuilder::RefuseMore() {
  status_ = Malformed(absl::StrCat("Malformed JSON: more than ", kMaxJsonValues, " values"));
  return false;
}

void JsonTreeBuilder::CloseContainer() {
  keys_.resize(open_.back().first_key);
  open_.pop_back();
}

bool JsonTreeBuilder::CloseArray() {
  CloseContainer();
  return true;
}

bool JsonTreeBuilder::CloseObject() {
  const auto repeated = FindRepeatedKey();
  if (repeated != keys_.end()) {
    const std::string path = PathOf(tree_.Read(*repeated));
    status_ = Malformed(absl::StrCat("Malformed JSON: ", path, " is there twice"), path);
    return false;
  }
  CloseContainer();
  return true;
}

// Of the object that begins.
const JsonExcerpt* JsonTreeBuilder::FindExcerpt() const {
  const absl::string_view key = tree_.Read(key_);
  if (key.empty()) return nullptr;  // an element of an array, or the outermost object
  const auto found = std::find_if(excerpts_.begin(), excerpts_.end(), [&](const JsonExcerpt& one) {
    if (!absl::EndsWith(one.object, key)) return false;
    // A path is put together only as deep as one of theirs.
    const auto above = std::count(one.object.begin(), one.object.end(), '.') + 1;
    return open_.size() == static_cast<std::size_t>(above) && PathOf(key) == one.object;
  });
  return found == excerpts_.end() ? nullptr : &*found;
}

bool JsonTreeBuilder::IsSame(Text a, Text b) const {
  return a.length == b.length && tree_.Read(a) == tree_.Read(b);
}

std::vector<JsonTreeBuilder::Text>::const_iterator JsonTreeBuilder::FindRepeatedKey() {
  const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(open_.back().first_key);
  if (keys_.end() - first <= kFewKeys) {
    for (auto key = first; key != keys_.end(); ++key) {
      for (auto other = first; other != key; ++other) {
        if (IsSame(*other, *key)) return key;
      }
    }
    return keys_.end();
  }
  std::sort(first, keys_.end(), [this](Text a, Text b) {
    return a.length != b.length ? a.length < b.length : tree_.Read(a) < tree_.Read(b);
  });
  return std::adjacent_find(first, keys_.end(), [this](Text a, Text b) { return IsSame(a, b); });
}

std::string JsonTreeBuilder::PathOf(absl::string_view key) const {
  std::string path;
  for (const Container& container : open_) {
    const absl::string_view step = tree_.value(container.node).key();
    if (!step.empty()) absl::StrAppend(&path, CutUtf8(step, kMaxQuotedKey), ".");
  }
  return absl::StrCat(path, CutUtf8(key, kMaxQuotedKey));
}

}  // namespace autopulse::callevents::adapter
