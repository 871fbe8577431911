#include "adapter/json/json_tree.h"

#include "absl/strings/str_format.h"

namespace autopulse::callevents::adapter {
namespace {

bool NeedsEscape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

void AppendEscape(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned>(c));
  }
}

}  // namespace

absl::string_view JsonKindName(JsonKind kind) {
  switch (kind) {
    case JsonKind::kAbsent:
      return "nothing";
    case JsonKind::kNull:
      return "null";
    case JsonKind::kBoolean:
      return "a boolean";
    case JsonKind::kNumber:
      return "a number";
    case JsonKind::kString:
      return "a string";
    case JsonKind::kArray:
      return "an array";
    case JsonKind::kObject:
      return "an object";
  }
  return "nothing";
}

JsonValue JsonValue::Find(absl::string_view key) const {
  if (kind() != JsonKind::kObject) return {};
  const std::vector<JsonTree::Node>& nodes = tree_->nodes_;
  std::uint32_t member = nodes[node_].has_children ? node_ + 1 : JsonTree::kNone;
  while (member != JsonTree::kNone && tree_->Read(nodes[member].key) != key) {
    member = nodes[member].next_sibling;
  }
  return member == JsonTree::kNone ? JsonValue() : JsonValue(tree_, member);
}

JsonValue JsonValue::At(absl::string_view path) const {
  JsonValue value = *this;
  while (!path.empty()) {
    const std::size_t point = path.find('.');
    value = value.Find(path.substr(0, point));
    path = point == absl::string_view::npos ? absl::string_view() : path.substr(point + 1);
  }
  return value;
}

JsonValue JsonTree::root() const { return nodes_.empty() ? JsonValue() : JsonValue(this, 0); }

void AppendJsonString(absl::string_view text, std::string& out) {
  out += '"';
  const char* written = text.begin();
  for (const char* c = text.begin(); c != text.end(); ++c) {
    if (!NeedsEscape(*c)) continue;
    out.append(written, c);
    AppendEscape(*c, out);
    written = c + 1;
  }
  out.append(written, text.end());
  out += '"';
}

void AppendJsonMember(absl::string_view name, absl::string_view text, std::string& out) {
  out += ',';
  AppendJsonString(name, out);
  out += ':';
  AppendJsonString(text, out);
}

// Recursive: a tree is never deeper than the parser allows.
void AppendJson(JsonValue value, std::string& out) {
  const JsonKind kind = value.kind();
  if (kind == JsonKind::kString) return AppendJsonString(value.text(), out);
  if (kind != JsonKind::kArray && kind != JsonKind::kObject) {
    out.append(value.text().data(), value.text().size());
    return;
  }
  out += kind == JsonKind::kArray ? '[' : '{';
  const char* separator = "";
  for (JsonValue child = value.FirstChild(); child.kind() != JsonKind::kAbsent;
       child = child.NextSibling()) {
    out += separator;
    separator = ",";
    if (kind == JsonKind::kObject) {
      AppendJsonString(child.key(), out);
      out += ':';
    }
    AppendJson(child, out);
  }
  out += kind == JsonKind::kArray ? ']' : '}';
}

}  // namespace autopulse::callevents::adapter
