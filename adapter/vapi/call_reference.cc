#include "adapter/vapi/call_reference.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "adapter/call_name.h"
#include "adapter/json/malformed.h"

namespace autopulse::callevents::adapter::vapi {
namespace {

constexpr absl::string_view kNoCallId = "No call_id found";  // E1's words

// Below the message. The top level is looked at after these.
constexpr absl::string_view kPlaces[] = {
    "call.assistantOverrides.variableValues.call_id",
    "assistant.variableValues.call_id",
    "artifact.variableValues.call_id",
    "call.metadata.call_id",
    "call_id",
};

absl::StatusOr<std::string> ParentIn(JsonValue value, absl::string_view path) {
  const std::int64_t id = CallIdIn(value);
  if (id > 0) return CallName(id);
  return Malformed(kNoCallId, path,
                   absl::StrCat(path,
                                " must be an integer from 1 to 9223372036854775807, as a "
                                "number or a string of digits"));
}

}  // namespace

std::int64_t CallIdIn(JsonValue value) {
  if (value.kind() != JsonKind::kString && value.kind() != JsonKind::kNumber) return 0;
  const absl::string_view text = value.text();
  const bool plain_digits = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  std::int64_t id = 0;
  if (!plain_digits || !absl::SimpleAtoi(text, &id)) return 0;
  return id;
}

absl::StatusOr<std::string> FindCall(const Envelope& envelope,
                                     const std::string& provider_call_id) {
  for (const absl::string_view place : kPlaces) {
    const JsonValue value = envelope.message.At(place);
    if (value.given()) return ParentIn(value, envelope.PathInBody(place));
  }
  const JsonValue outermost = envelope.body.Find("call_id");
  if (outermost.given()) return ParentIn(outermost, "call_id");
  if (!provider_call_id.empty()) return std::string(kCallByProviderId);
  return Malformed(kNoCallId);
}

}  // namespace autopulse::callevents::adapter::vapi
