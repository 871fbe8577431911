#include "adapter/json/json_tree_builder.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "adapter/json/json_parser.h"
#include "adapter/json/malformed.h"
#include "adapter/json/text.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr std::size_t kMaxQuotedKey = 100;

}  // namespace

bool JsonTreeBuilder::Add(JsonKind kind, absl::string_view text) {
  last_added_ = tree_.Add(open_.empty() ? 0 : open_.back(), key_, kind, text);
  key_.clear();
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
  std::sort(keys_.begin(), keys_.end(), [](absl::string_view a, absl::string_view b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  const auto repeated = std::adjacent_find(keys_.begin(), keys_.end());
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
