#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "adapter/json/json_tree.h"

namespace autopulse::callevents::adapter::vapi {

// The two levels of a webhook's body. VAPI wraps its message as `{"message": {...}}`; some proxies
// post the inner object bare, and then both levels are the same object.
struct Envelope {
  JsonValue body;
  JsonValue message;
  bool wrapped = false;
  std::string type;  // `message.type`, else the top level's

  // How a path below `message` is called in error messages: `message.status`, or `status`.
  std::string PathInBody(absl::string_view path) const;
};

// Finds the message in a body. `body` is pointed into.
//
// Fails as `Malformed`: the body or a `message` other than null is no object; the type is no
// string; there is no type ("Missing event type", V5).
absl::StatusOr<Envelope> OpenEnvelope(JsonValue body);

// A text that decides what a message means: empty if it is absent, null or empty.
//
// Fails as `Malformed`, naming `path`, if it is no string or holds a NUL.
absl::StatusOr<absl::string_view> DecisiveText(JsonValue value, absl::string_view path);

}  // namespace autopulse::callevents::adapter::vapi
