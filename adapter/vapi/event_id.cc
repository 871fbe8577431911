#include "adapter/vapi/event_id.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "adapter/auth/hmac.h"

namespace autopulse::callevents::adapter::vapi {
namespace {

constexpr absl::string_view kVersion = "1";

void AppendField(absl::string_view field, std::string& out) {
  absl::StrAppend(&out, field.size(), ":", field);
}

// Whether a text begins with a scheme of RFC 3986 and `://`.
bool IsUrl(absl::string_view text) {
  const std::size_t end = text.find("://");
  if (end == absl::string_view::npos || end == 0) return false;
  const absl::string_view scheme = text.substr(0, end);
  return absl::ascii_isalpha(static_cast<unsigned char>(scheme.front())) &&
         std::all_of(scheme.begin(), scheme.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' ||
                  c == '.';
         });
}

// Whether a redelivery brings another value here.
bool ChangesByDelivery(JsonValue value) {
  return value.key() == "presignedUrlsExpiresAt" ||
         (value.kind() == JsonKind::kString && IsUrl(value.text()));
}

std::vector<JsonValue> StableChildren(JsonValue parent) {
  std::vector<JsonValue> children;
  for (JsonValue child = parent.FirstChild(); child.kind() != JsonKind::kAbsent;
       child = child.NextSibling()) {
    if (!ChangesByDelivery(child)) children.push_back(child);
  }
  if (parent.kind() == JsonKind::kObject) {
    std::sort(children.begin(), children.end(),
              [](JsonValue a, JsonValue b) { return a.key() < b.key(); });
  }
  return children;
}

void AppendCanonical(JsonValue value, std::string& out) {
  switch (value.kind()) {
    case JsonKind::kAbsent:
      return;
    case JsonKind::kNull:
      out += 'z';
      return;
    case JsonKind::kBoolean:
      out += value.text().front();
      return;
    case JsonKind::kNumber:
    case JsonKind::kString:
      out += value.kind() == JsonKind::kNumber ? 'n' : 's';
      AppendField(value.text(), out);
      return;
    case JsonKind::kArray:
    case JsonKind::kObject:
      break;
  }
  const bool is_object = value.kind() == JsonKind::kObject;
  out += is_object ? '{' : '[';
  for (const JsonValue child : StableChildren(value)) {
    if (is_object) {
      out += 's';
      AppendField(child.key(), out);
    }
    AppendCanonical(child, out);
  }
  out += is_object ? '}' : ']';
}

std::string MessageDigest(JsonValue message) {
  std::string canonical;
  AppendCanonical(message, canonical);
  return absl::BytesToHexString(auth::Sha256(canonical));
}

}  // namespace

std::string EventId(const EventIdentity& identity) {
  std::string fields;
  AppendField(kVersion, fields);
  AppendField(identity.provider_call_id, fields);
  AppendField(identity.type, fields);
  AppendField(identity.word, fields);
  AppendField(identity.event_time.has_value()
                  ? absl::StrCat(absl::ToUnixMillis(*identity.event_time))
                  : absl::StrCat("#", MessageDigest(identity.message)),
              fields);
  return absl::WebSafeBase64Escape(auth::Sha256(fields));
}

}  // namespace autopulse::callevents::adapter::vapi
