#include "adapter/vapi/envelope.h"

#include "absl/strings/str_cat.h"
#include "adapter/json/malformed.h"
#include "adapter/json/utf8.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter::vapi {
namespace {

absl::Status WrongKind(absl::string_view path, absl::string_view wanted, JsonKind kind) {
  return Malformed(
      absl::StrCat("Malformed event: ", path, " must be ", wanted, ", not ", JsonKindName(kind)),
      path);
}

}  // namespace

std::string Envelope::PathInBody(absl::string_view path) const {
  return absl::StrCat(wrapped ? "message." : "", path);
}

absl::StatusOr<absl::string_view> DecisiveText(JsonValue value, absl::string_view path) {
  if (!value.given()) return absl::string_view();
  if (value.kind() != JsonKind::kString) return WrongKind(path, "a string", value.kind());
  if (HasNul(value.text())) {
    return Malformed(absl::StrCat("Malformed event: ", path, " has a NUL in it"), path);
  }
  return value.text();
}

absl::StatusOr<Envelope> OpenEnvelope(JsonValue body) {
  if (body.kind() != JsonKind::kObject) {
    return Malformed(absl::StrCat("Malformed event: the body must be an object, not ",
                                  JsonKindName(body.kind())));
  }
  Envelope envelope{.body = body, .message = body, .wrapped = false, .type = ""};
  const JsonValue message = body.Find("message");
  if (message.given()) {
    if (message.kind() != JsonKind::kObject) {
      return WrongKind("message", "an object", message.kind());
    }
    envelope.message = message;
    envelope.wrapped = true;
  }
  ASSIGN_OR_RETURN(absl::string_view type,
                   DecisiveText(envelope.message.Find("type"), envelope.PathInBody("type")));
  if (type.empty()) {
    ASSIGN_OR_RETURN(type, DecisiveText(body.Find("type"), "type"));
  }
  if (type.empty()) return Malformed("Missing event type");
  envelope.type = std::string(type);
  return envelope;
}

}  // namespace autopulse::callevents::adapter::vapi
