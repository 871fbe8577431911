#include "adapter/json/json_quick_parser.h"

#include <simdjson.h>

#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "adapter/json/json_tree_builder.h"

namespace autopulse::callevents::adapter {
namespace {

// Behind this, the memory that every thread keeps would count.
constexpr std::size_t kMaxTextBytes = 1 << 20;

// Goes through a JSON text that is known to be valid in step with its document: simdjson tells of a
// number its value only, and no binary number may touch money [R3].
class TextCursor {
 public:
  explicit TextCursor(absl::string_view text)
      : next_(text.data()), end_(text.data() + text.size()) {}

  // The number that comes next, in the characters it was sent in.
  absl::string_view TakeNumber() {
    SkipToValue();
    const char* const begin = next_;
    while (next_ < end_ && IsNumberPart(*next_)) ++next_;
    return {begin, static_cast<std::size_t>(next_ - begin)};
  }

  // The string that comes next, which has so many bytes once its escapes are resolved: no escape is
  // shorter than what it stands for.
  void PassString(std::size_t bytes) {
    SkipToValue();
    const char* const text = next_ + 1;
    const char* quote = text + bytes;
    while (*quote != '"' || IsEscaped(quote, text)) ++quote;
    next_ = quote + 1;
  }

  // `true`, `false` or `null` comes next.
  void PassWord() {
    SkipToValue();
    while (next_ < end_ && absl::ascii_isalpha(static_cast<unsigned char>(*next_))) ++next_;
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

  void SkipToValue() {
    while (IsBetweenValues(*next_)) ++next_;
  }
  static bool IsBetweenValues(char c) {
    switch (c) {
      case ' ':
      case '\t':
      case '\n':
      case '\r':
      case ',':
      case ':':
      case '[':
      case ']':
      case '{':
      case '}':
        return true;
      default:
        return false;
    }
  }

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
  explicit TreeWalk(absl::string_view text) : cursor_(text) { builder_.Reserve(text.size()); }

  // False if the text is refused. Recursive: the builder refuses what is nested too deep.
  bool Add(simdjson::dom::element element) {
    switch (element.type()) {
      case simdjson::dom::element_type::ARRAY:
        return AddArray(element.get_array().value_unsafe());
      case simdjson::dom::element_type::OBJECT:
        return AddObject(element.get_object().value_unsafe());
      case simdjson::dom::element_type::INT64:
      case simdjson::dom::element_type::UINT64:
      case simdjson::dom::element_type::DOUBLE:
        return AddNumber();
      case simdjson::dom::element_type::STRING:
        return builder_.Add(JsonKind::kString, Pass(element.get_string().value_unsafe()));
      case simdjson::dom::element_type::BOOL:
        cursor_.PassWord();
        return builder_.Add(JsonKind::kBoolean,
                            element.get_bool().value_unsafe() ? "true" : "false");
      case simdjson::dom::element_type::NULL_VALUE:
        cursor_.PassWord();
        return builder_.Add(JsonKind::kNull, "null");
    }
    return false;
  }

  JsonTree& tree() { return builder_.tree(); }

 private:
  absl::string_view Pass(std::string_view text) {
    cursor_.PassString(text.size());
    return {text.data(), text.size()};
  }

  bool AddNumber() {
    const absl::string_view number = cursor_.TakeNumber();
    return builder_.Add(JsonKind::kNumber, number == "-0" ? "0" : number);
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
      builder_.Key(Pass(member.key));
      if (!Add(member.value)) return false;
    }
    return builder_.CloseObject();
  }

  JsonTreeBuilder builder_;
  TextCursor cursor_;
};

}  // namespace

std::optional<JsonTree> ParseJsonQuickly(absl::string_view text) {
  if (text.size() > kMaxTextBytes || HasSurrogateEscape(text)) return std::nullopt;
  thread_local simdjson::dom::parser parser(kMaxTextBytes);
  simdjson::dom::element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  TreeWalk walk(text);
  if (!walk.Add(root)) return std::nullopt;
  return std::move(walk.tree());
}

}  // namespace autopulse::callevents::adapter
