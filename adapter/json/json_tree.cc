#include "adapter/json/json_tree.h"

#include "absl/strings/str_format.h"

namespace autopulse::callevents::adapter {

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
  JsonValue member = FirstChild();
  while (member.kind() != JsonKind::kAbsent && member.key() != key) member = member.NextSibling();
  return member;
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
  for (const char c : text) {
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
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
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
