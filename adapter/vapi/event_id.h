#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/json/json_tree.h"

namespace autopulse::callevents::adapter::vapi {

// What tells one event of a call from another.
struct EventIdentity {
  absl::string_view provider_call_id;  // `message.call.id`, or empty
  absl::string_view type;              // as sent: `hang` and `hangup` are two
  absl::string_view word;              // status word, hangup reason or ended reason; or empty
  std::optional<absl::Time> event_time;
  JsonValue message;  // read only without an event time
};

// The event id [O1]: the same for every delivery of an event, 43 characters of [A-Za-z0-9_-].
//
// It is the base64url text, without padding, of the SHA-256 of five fields, each written as its
// length in bytes in decimal, a colon and the bytes:
//
//   1. the version of this format, `1`
//   2. provider_call_id
//   3. type
//   4. word
//   5. event_time in whole milliseconds since 1970, in decimal;
//      or, without one, `#` and the SHA-256 of the message in hexadecimal
//
// The digest of a message is taken of its members in the byte order of their names, so that two
// writers of the same JSON agree, and without what a redelivery changes: strings that begin with a
// URL scheme and `://`, and `presignedUrlsExpiresAt`. What is left out leaves nothing, not even a
// name. Values are written as one letter for their kind and what follows it:
//
//   `s`            a string, with its length as above
//   `n`            a number, its characters, with their length as above
//   `t`, `f`, `z`  true, false, null: nothing
//   `[`            the elements, then `]`
//   `{`            names, as strings, each before its value, then `}`
//
// Changing anything here makes every redelivery across the change a new event: add a version.
std::string EventId(const EventIdentity& identity);

}  // namespace autopulse::callevents::adapter::vapi
