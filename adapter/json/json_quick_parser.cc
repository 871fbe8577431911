#include "adapter/json/json_quick_parser.h"

#include <simdjson.h>

#include <array>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "adapter/json/json_tree_builder.h"

namespace autopulse::callevents::adapter {
namespace {

// Behind this, the memory that every thread keeps would count.
constexpr std::size_t kMaxTextBytes = 1 << 20;

constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";

// A part of a text.
struct Part {
  std::size_t begin;
  std::size_t length;
};

// The characters that may stand before a value or a name.
constexpr std::array<bool, 256> kBetweenValues = [] {
  std::array<bool, 256> between = {};
  for (const char c : {' ', '\t', '\n', '\r', ',', ':', '[', ']', '{', '}'}) {
    between[static_cast<unsigned char>(c)] = true;
  }
  return between;
}();

// Goes through a JSON text that is known to be valid in step with its document, which does not tell
// where a value stands in it; nor of a number more than its value, and no binary number may touch
// money [R3].
class TextCursor {
 public:
  explicit TextCursor(absl::string_view text)
      : text_(text.data()), next_(text.data()), end_(text.data() + text.size()) {}

  // The string that comes next, without its quotes, which has so many bytes once its escapes are
  // resolved: no escape is shorter than what it stands for.
  Part PassString(std::size_t bytes) {
    SkipToValue();
    const char* const begin = next_ + 1;
    const char* quote = begin + bytes;
    while (*quote != '"' || IsEscaped(quote, begin)) ++quote;
    next_ = quote + 1;
    return PartOf(begin, quote);
  }

  // The number that comes next.
  Part PassNumber() {
    SkipToValue();
    const char* const begin = next_;
    while (next_ < end_ && IsNumberPart(*next_)) ++next_;
    return PartOf(begin, next_);
  }

  // The `true`, `false` or `null` that comes next.
  Part PassWord() {
    SkipToValue();
    const char* const begin = next_;
    next_ += *begin == 'f' ? 5 : 4;
    return PartOf(begin, next_);
  }

 private:
  static bool IsNumberPart(char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == 'e' ||
           c == 'E' || c == '+';
  }
  static bool IsEscaped(const char* character, const char* text) {
    const char* escape = character;
    while (escape > text && escape[-1] == '\\') --escape;
    return (character - escape) % 2 == 1;
  }
  Part PartOf(const char* begin, const char* end) const {
    return {static_cast<std::size_t>(begin - text_), static_cast<std::size_t>(end - begin)};
  }

  void SkipToValue() {
    while (IsBetweenValues(*next_)) ++next_;
  }
  static bool IsBetweenValues(char c) { return kBetweenValues[static_cast<unsigned char>(c)]; }

  const char* const text_;
  const char* next_;
  const char* const end_;
};

// simdjson takes the second half of a surrogate pair without the first for a character.
bool HasSurrogateEscape(absl::string_view text) {
  std::size_t at = text.find('\\');
  while (at != absl::string_view::npos && at + 2 < text.size()) {
    if (text[at + 1] == 'u' && (text[at + 2] == 'd' || text[at + 2] == 'D')) return true;
    at = text.find('\\', at + 2);
  }
  return false;
}

// Takes simdjson's document over into the tree.
class TreeWalk {
 public:
  // What is left out is most of a text, and often nothing stands behind it that has to be found
  // there. So the cursor stays before it, unless this walk is to be `in_step` to the end.
  TreeWalk(absl::string_view text, JsonExcerpts excerpts, bool in_step)
      : in_step_(in_step), builder_(text, excerpts), text_(text), cursor_(text) {}

  // False if the text is refused, or `needs_step`. Recursive: the builder refuses what is nested
  // too deep.
  bool Add(simdjson::dom::element element) {
    switch (element.type()) {
      case simdjson::dom::element_type::ARRAY:
        return AddArray(element.get_array().value_unsafe());
      case simdjson::dom::element_type::OBJECT:
        return AddObject(element.get_object().value_unsafe());
      case simdjson::dom::element_type::INT64:
        return is_behind_ ? AddWhole(element.get_int64().value_unsafe()) : AddNumber();
      case simdjson::dom::element_type::UINT64:
        return is_behind_ ? AddWhole(element.get_uint64().value_unsafe()) : AddNumber();
      case simdjson::dom::element_type::DOUBLE:
        needs_step_ = is_behind_;
        return !needs_step_ && AddNumber();
      case simdjson::dom::element_type::STRING:
        return builder_.Add(JsonKind::kString, TakeString(element.get_string().value_unsafe()));
      case simdjson::dom::element_type::BOOL:
        return AddWord(JsonKind::kBoolean, element.get_bool().value_unsafe() ? "true" : "false");
      case simdjson::dom::element_type::NULL_VALUE:
        return AddWord(JsonKind::kNull, "null");
    }
    return false;
  }

  // Whether a number stands behind what is left out that only the text tells.
  bool needs_step() const { return needs_step_; }

  JsonTree& tree() { return builder_.tree(); }

 private:
  JsonTreeBuilder::Text TakeString(std::string_view string) {
    const absl::string_view text(string.data(), string.size());
    if (is_behind_) return builder_.Append(text);
    const Part part = cursor_.PassString(text.size());
    if (part.length == text.size()) return builder_.InSource(part.begin, part.length);
    return builder_.Append(text);  // an escape is longer than what it stands for
  }

  bool AddNumber() {
    Part number = cursor_.PassNumber();
    if (text_.substr(number.begin, number.length) == "-0") number = {number.begin + 1, 1};
    return builder_.Add(JsonKind::kNumber, builder_.InSource(number.begin, number.length));
  }

  template <typename Integer>
  bool AddWhole(Integer number) {
    return builder_.Add(JsonKind::kNumber, builder_.Append(absl::StrCat(number)));
  }

  bool AddWord(JsonKind kind, absl::string_view word) {
    if (is_behind_) return builder_.Add(kind, builder_.Append(word));
    const Part part = cursor_.PassWord();
    return builder_.Add(kind, builder_.InSource(part.begin, part.length));
  }

  bool AddArray(simdjson::dom::array array) {
    if (!builder_.Open(JsonKind::kArray)) return false;
    for (const simdjson::dom::element element : array) {
      if (!Add(element)) return false;
    }
    return builder_.CloseArray();
  }

  bool AddObject(simdjson::dom::object object) {
    if (!builder_.Open(JsonKind::kObject)) return false;
    for (const simdjson::dom::key_value_pair& member : object) {
      if (builder_.LeavesOut({member.key.data(), member.key.size()})) {
        LeaveOut(member);
        continue;
      }
      builder_.Key(TakeString(member.key));
      if (!Add(member.value)) return false;
    }
    return builder_.CloseObject();
  }

  void LeaveOut(const simdjson::dom::key_value_pair& member) {
    if (in_step_) {
      PassMember(member);
    } else {
      is_behind_ = true;
    }
  }

  // Goes on behind a value. Recursive: simdjson takes nothing that is nested deeper than 1,024.
  void Pass(simdjson::dom::element element) {
    switch (element.type()) {
      case simdjson::dom::element_type::ARRAY:
        return PassArray(element.get_array().value_unsafe());
      case simdjson::dom::element_type::OBJECT:
        return PassObject(element.get_object().value_unsafe());
      case simdjson::dom::element_type::INT64:
      case simdjson::dom::element_type::UINT64:
      case simdjson::dom::element_type::DOUBLE:
        cursor_.PassNumber();
        return;
      case simdjson::dom::element_type::STRING:
        cursor_.PassString(element.get_string_length().value_unsafe());
        return;
      case simdjson::dom::element_type::BOOL:
      case simdjson::dom::element_type::NULL_VALUE:
        cursor_.PassWord();
        return;
    }
  }

  void PassArray(simdjson::dom::array array) {
    for (const simdjson::dom::element element : array) Pass(element);
  }

  void PassObject(simdjson::dom::object object) {
    for (const simdjson::dom::key_value_pair& member : object) PassMember(member);
  }

  void PassMember(const simdjson::dom::key_value_pair& member) {
    cursor_.PassString(member.key.size());
    Pass(member.value);
  }

  const bool in_step_;
  JsonTreeBuilder builder_;
  const absl::string_view text_;
  TextCursor cursor_;
  bool is_behind_ = false;  // the cursor is before something that was left out
  bool needs_step_ = false;
};

}  // namespace

std::optional<JsonTree> ParseJsonQuickly(absl::string_view text, JsonExcerpts excerpts) {
  if (text.size() > kMaxTextBytes || HasSurrogateEscape(text)) return std::nullopt;
  // Younger versions of simdjson pass over it, and the cursor would not.
  if (absl::StartsWith(text, kByteOrderMark)) return std::nullopt;
  thread_local simdjson::dom::parser parser(kMaxTextBytes);
  simdjson::dom::element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  for (const bool in_step : {false, true}) {
    TreeWalk walk(text, excerpts, in_step);
    if (walk.Add(root)) return std::move(walk.tree());
    if (!walk.needs_step()) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace autopulse::callevents::adapter
