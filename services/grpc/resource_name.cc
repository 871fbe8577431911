#include "services/grpc/resource_name.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/base/limits.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::rpc {
namespace {

constexpr absl::string_view kEvents = "/events/";
constexpr absl::string_view kTranscriptEntries = "/transcriptEntries/";

absl::Status NotOfForm(absl::string_view field, absl::string_view value, absl::string_view form) {
  return absl::InvalidArgumentError(absl::StrCat(
      field, ": '", absl::CHexEscape(value.substr(0, 100)), "' is not of the form ", form));
}

std::optional<std::int64_t> PositiveInteger(absl::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(text.front()))) return {};
  if (!absl::SimpleAtoi(text, &value) || value < 1) return {};
  // No blanks, which SimpleAtoi would skip, and no second spelling of the same name.
  if (absl::StrCat(value) != text) return {};
  return value;
}

}  // namespace

std::string CallEventName(std::int64_t call_id, absl::string_view event_id) {
  return absl::StrCat(core::kCallCollection, call_id, kEvents, event_id);
}

std::string TranscriptEntryName(std::int64_t call_id, std::int64_t id) {
  return absl::StrCat(core::kCallCollection, call_id, kTranscriptEntries, id);
}

absl::StatusOr<std::int64_t> ParseCallName(absl::string_view field, absl::string_view name) {
  absl::string_view id = name;
  if (absl::ConsumePrefix(&id, core::kCallCollection)) {
    if (const auto value = PositiveInteger(id)) return *value;
  }
  return NotOfForm(field, name, "calls/{call}, for example calls/15");
}

absl::StatusOr<std::optional<std::int64_t>> ParseCallNameOrWildcard(absl::string_view field,
                                                                    absl::string_view name) {
  if (name == "calls/-") return std::optional<std::int64_t>();
  ASSIGN_OR_RETURN(const std::int64_t id, ParseCallName(field, name));
  return std::optional<std::int64_t>(id);
}

absl::StatusOr<std::int64_t> ParseServiceRecordName(absl::string_view field,
                                                    absl::string_view name) {
  absl::string_view id = name;
  if (absl::ConsumePrefix(&id, core::kServiceRecordCollection)) {
    if (const auto value = PositiveInteger(id)) return *value;
  }
  return NotOfForm(field, name, "serviceRecords/{service_record}, for example serviceRecords/9");
}

absl::StatusOr<core::EventKey> ParseCallEventName(absl::string_view field, absl::string_view name) {
  const std::size_t events = name.find(kEvents);
  if (events != absl::string_view::npos) {
    const absl::StatusOr<std::int64_t> call_id = ParseCallName(field, name.substr(0, events));
    const absl::string_view event_id = name.substr(events + kEvents.size());
    if (call_id.ok() && !event_id.empty() && event_id.size() <= base::kMaxEventIdLength) {
      return core::EventKey{*call_id, std::string(event_id)};
    }
  }
  return NotOfForm(field, name, "calls/{call}/events/{event}");
}

absl::StatusOr<std::int64_t> ParseId(absl::string_view field, absl::string_view id) {
  const auto value = PositiveInteger(id);
  if (!value) return NotOfForm(field, id, "a decimal integer from 1 to 9223372036854775807");
  if (*value > base::kLargestChosenCountedId && *value <= base::kLargestCountedId) {
    return absl::InvalidArgumentError(absl::StrCat(
        field, ": ", *value, " is one of those that the service gives by itself; ",
        "choose one up to ", base::kLargestChosenCountedId, " or above ", base::kLargestCountedId));
  }
  return *value;
}

}  // namespace autopulse::callevents::rpc
