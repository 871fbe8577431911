#include "adapter/json/json_tree_builder.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "adapter/json/json_parser.h"
#include "adapter/json/malformed.h"
#include "adapter/json/text.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr std::size_t kMaxQuotedKey = 100;

// Up to so many keys are compared each with each, which is quicker than sorting them.
constexpr std::size_t kFewKeys = 12;

using Keys = std::vector<absl::string_view>;

// A key that is there twice; the end if there is none. Leaves them in any order.
Keys::iterator FindRepeated(Keys& keys) {
  if (keys.size() <= kFewKeys) {
    const absl::string_view* const first = keys.data();
    return std::find_if(keys.begin(), keys.end(), [first](const absl::string_view& key) {
      return std::find(first, &key, key) != &key;
    });
  }
  std::sort(keys.begin(), keys.end(), [](absl::string_view a, absl::string_view b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return std::adjacent_find(keys.begin(), keys.end());
}

}  // namespace

bool JsonTreeBuilder::Add(JsonKind kind, absl::string_view text) {
  last_added_ = tree_.Add(open_.empty() ? 0 : open_.back(), key_, kind, text);
  key_ = {};
  return true;
}

bool JsonTreeBuilder::Open(JsonKind kind) {
  if (open_.size() >= static_cast<std::size_t>(kMaxJsonDepth)) {
    status_ = Malformed(absl::StrCat("Malformed JSON: depth of more than ", kMaxJsonDepth));
    return false;
  }
  Add(kind, "");
  open_.push_back(last_added_);
  return true;
}

bool JsonTreeBuilder::CloseArray() {
  open_.pop_back();
  return true;
}

bool JsonTreeBuilder::CloseObject() {
  keys_.clear();
  for (JsonValue member = tree_.value(open_.back()).FirstChild();
       member.kind() != JsonKind::kAbsent; member = member.NextSibling()) {
    keys_.push_back(member.key());
  }
  const auto repeated = FindRepeated(keys_);
  if (repeated != keys_.end()) {
    const std::string path = PathOf(*repeated);
    status_ = Malformed(absl::StrCat("Malformed JSON: ", path, " is there twice"), path);
    return false;
  }
  open_.pop_back();
  return true;
}

std::string JsonTreeBuilder::PathOf(absl::string_view key) const {
  std::string path;
  for (const std::uint32_t node : open_) {
    const absl::string_view step = tree_.value(node).key();
    if (!step.empty()) absl::StrAppend(&path, CutUtf8(step, kMaxQuotedKey), ".");
  }
  return absl::StrCat(path, CutUtf8(key, kMaxQuotedKey));
}

}  // namespace autopulse::callevents::adapter
