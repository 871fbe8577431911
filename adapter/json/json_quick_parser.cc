#include "adapter/json/json_quick_parser.h"

#include <simdjson.h>

#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "adapter/json/json_tree_builder.h"

namespace autopulse::callevents::adapter {
namespace {

// Behind this, the memory that every thread keeps would count.
constexpr std::size_t kMaxTextBytes = 1 << 20;

// The numbers of a JSON text that is known to be valid, in order and in the characters they were
// sent in: simdjson tells their values only, and no binary number may touch money [R3].
class NumberScanner {
 public:
  explicit NumberScanner(absl::string_view text)
      : next_(text.data()), end_(text.data() + text.size()) {}

  absl::string_view Next() {
    while (!IsNumberStart(*next_)) {
      next_ = *next_ == '"' ? BehindString(next_ + 1) : next_ + 1;
    }
    const char* const begin = next_;
    while (next_ < end_ && IsNumberPart(*next_)) ++next_;
    return {begin, static_cast<std::size_t>(next_ - begin)};
  }

 private:
  static bool IsNumberStart(char c) {
    return c == '-' || absl::ascii_isdigit(static_cast<unsigned char>(c));
  }
  static bool IsNumberPart(char c) {
    return IsNumberStart(c) || c == '.' || c == 'e' || c == 'E' || c == '+';
  }

  // What is behind a string whose text begins at `text`.
  const char* BehindString(const char* text) const {
    const char* quote = text;
    while (true) {
      quote =
          static_cast<const char*>(std::memchr(quote, '"', static_cast<std::size_t>(end_ - quote)));
      const char* escape = quote;
      while (escape > text && escape[-1] == '\\') --escape;
      if ((quote - escape) % 2 == 0) return quote + 1;
      ++quote;
    }
  }

  const char* next_;
  const char* end_;
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
  explicit TreeWalk(absl::string_view text) : numbers_(text) { builder_.Reserve(text.size()); }

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
        return builder_.Add(JsonKind::kString, View(element.get_string().value_unsafe()));
      case simdjson::dom::element_type::BOOL:
        return builder_.Add(JsonKind::kBoolean,
                            element.get_bool().value_unsafe() ? "true" : "false");
      case simdjson::dom::element_type::NULL_VALUE:
        return builder_.Add(JsonKind::kNull, "null");
    }
    return false;
  }

  JsonTree& tree() { return builder_.tree(); }

 private:
  static absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

  bool AddNumber() {
    const absl::string_view number = numbers_.Next();
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
      builder_.Key(View(member.key));
      if (!Add(member.value)) return false;
    }
    return builder_.CloseObject();
  }

  JsonTreeBuilder builder_;
  NumberScanner numbers_;
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
