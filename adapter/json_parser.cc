#include "adapter/json_parser.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "adapter/malformed.h"
#include "adapter/text.h"

namespace autopulse::callevents::adapter {
namespace {

// `long double`, so that 1e400 is a number: the library stops at what its number type cannot hold,
// and an optional field with such a value must cost that field, not the body.
using Json = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t,
                                  std::uint64_t, long double>;

constexpr std::size_t kMaxQuotedKey = 100;

// Builds the tree from what the library's parser meets. The names are the library's.
class TreeBuilder {
 public:
  JsonTree& tree() { return tree_; }
  const absl::Status& status() const { return status_; }

  bool null() { return Add(JsonKind::kNull, "null"); }
  bool boolean(bool value) { return Add(JsonKind::kBoolean, value ? "true" : "false"); }
  bool number_integer(std::int64_t value) { return Add(JsonKind::kNumber, absl::StrCat(value)); }
  bool number_unsigned(std::uint64_t value) { return Add(JsonKind::kNumber, absl::StrCat(value)); }
  bool number_float(long double /*value*/, const std::string& lexeme) {
    return Add(JsonKind::kNumber, lexeme);
  }
  bool string(const std::string& value) { return Add(JsonKind::kString, value); }
  bool binary(const Json::binary_t& /*value*/) { return false; }
  bool key(std::string& value) {
    key_ = std::move(value);
    return true;
  }
  bool start_object(std::size_t /*size*/) { return Open(JsonKind::kObject); }
  bool start_array(std::size_t /*size*/) { return Open(JsonKind::kArray); }
  bool end_object() { return RefuseRepeatedKeys() && Close(); }
  bool end_array() { return Close(); }

  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& error) {
    const absl::string_view what = error.what();
    const absl::string_view problem = error.id == 406                    ? "number out of range"
                                      : absl::StrContains(what, "UTF-8") ? "invalid UTF-8"
                                                                         : "syntax error";
    status_ = Malformed(absl::StrCat("Malformed JSON: ", problem, " at byte ", position));
    return false;
  }

 private:
  bool Add(JsonKind kind, absl::string_view text) {
    last_added_ = tree_.Add(open_.empty() ? 0 : open_.back(), key_, kind, text);
    key_.clear();
    return true;
  }

  bool Open(JsonKind kind) {
    if (open_.size() >= static_cast<std::size_t>(kMaxJsonDepth)) {
      status_ = Malformed(absl::StrCat("Malformed JSON: depth of more than ", kMaxJsonDepth));
      return false;
    }
    Add(kind, "");
    open_.push_back(last_added_);
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  bool RefuseRepeatedKeys() {
    keys_.clear();
    for (JsonValue member = tree_.value(open_.back()).FirstChild();
         member.kind() != JsonKind::kAbsent; member = member.NextSibling()) {
      keys_.push_back(member.key());
    }
    std::sort(keys_.begin(), keys_.end(), [](absl::string_view a, absl::string_view b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    const auto repeated = std::adjacent_find(keys_.begin(), keys_.end());
    if (repeated == keys_.end()) return true;
    const std::string path = PathOf(*repeated);
    status_ = Malformed(absl::StrCat("Malformed JSON: ", path, " is there twice"), path);
    return false;
  }

  // The path of a member of the innermost open object.
  std::string PathOf(absl::string_view key) const {
    std::string path;
    for (const std::uint32_t node : open_) {
      const absl::string_view step = tree_.value(node).key();
      if (!step.empty()) absl::StrAppend(&path, CutUtf8(step, kMaxQuotedKey), ".");
    }
    return absl::StrCat(path, CutUtf8(key, kMaxQuotedKey));
  }

  JsonTree tree_;
  absl::Status status_;
  std::string key_;
  std::uint32_t last_added_ = 0;
  std::vector<std::uint32_t> open_;
  std::vector<absl::string_view> keys_;  // kept for its memory
};

}  // namespace

absl::StatusOr<JsonTree> ParseJson(absl::string_view text) {
  TreeBuilder builder;
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return builder.status();
  return std::move(builder.tree());
}

}  // namespace autopulse::callevents::adapter
