#include "adapter/dead_letters/dead_letter_export.h"

#include <google/protobuf/util/json_util.h>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "adapter/json/json_parser.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::DeadLetter;

constexpr char kMark[] = "dead_letter";

void AddTime(absl::string_view key, absl::Time time, std::string& out) {
  if (time == absl::InfinitePast()) return;
  AppendJsonMember(key, absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone()), out);
}

// Whether a text may stand in JSON as it is; the parser refuses what is not UTF-8.
bool IsUtf8(absl::string_view text) {
  std::string quoted;
  AppendJsonString(text, quoted);
  const auto parsed = ParseJson(quoted);
  return parsed.ok() && parsed->root().text() == text;
}

void AddPayload(const DeadLetter& letter, std::string& out) {
  v1::ReportCallEventRequest request;
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  if (letter.form == persistence::spool::kPendingForm && request.ParseFromString(letter.payload) &&
      google::protobuf::util::MessageToJsonString(request, &json, options).ok()) {
    absl::StrAppend(&out, ",\"request\":", json);
  } else if (IsUtf8(letter.payload)) {
    AppendJsonMember("body", letter.payload, out);
  } else {
    AppendJsonMember("body_base64", absl::Base64Escape(letter.payload), out);
  }
}

absl::Status Unreadable(absl::string_view field) {
  return absl::InvalidArgumentError(absl::StrCat(kMark, ".", field, " cannot be read"));
}

absl::Status ReadPayload(JsonValue fields, DeadLetter& letter) {
  if (const JsonValue request = fields.Find("request"); request.given()) {
    std::string json;
    AppendJson(request, json);
    v1::ReportCallEventRequest event;
    if (!google::protobuf::util::JsonStringToMessage(json, &event).ok()) {
      return Unreadable("request");
    }
    letter.form = persistence::spool::kPendingForm;
    letter.payload = event.SerializeAsString();
    return absl::OkStatus();
  }
  letter.form = persistence::spool::kBodyForm;
  const JsonValue base64 = fields.Find("body_base64");
  letter.payload = std::string(fields.Find("body").text());
  if (base64.given() && !absl::Base64Unescape(base64.text(), &letter.payload)) {
    return Unreadable("body_base64");
  }
  return letter.payload.empty() ? Unreadable("body") : absl::OkStatus();
}

}  // namespace

std::string ExportDeadLetter(const DeadLetter& letter) {
  std::string out = absl::StrCat("{\"", kMark, "\":{\"id\":", letter.id);
  AppendJsonMember("reason", letter.reason, out);
  AppendJsonMember("call", letter.call, out);
  AddTime("receive_time", letter.receive_time, out);
  AddTime("create_time", letter.create_time, out);
  absl::StrAppend(&out, ",\"attempts\":", letter.failures.attempts);
  AppendJsonMember("first_error", letter.failures.first_error, out);
  AddTime("first_error_time", letter.failures.first_error_time, out);
  AppendJsonMember("last_error", letter.failures.last_error, out);
  AddTime("last_error_time", letter.failures.last_error_time, out);
  AddPayload(letter, out);
  return absl::StrCat(out, "}}");
}

absl::StatusOr<std::optional<DeadLetter>> ImportDeadLetter(JsonValue line) {
  const JsonValue fields = line.Find(kMark);
  if (!fields.given()) return std::nullopt;
  DeadLetter letter;
  letter.reason = std::string(fields.Find("reason").text());
  letter.call = std::string(fields.Find("call").text());
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, fields.Find("receive_time").text(), &letter.receive_time,
                       &error)) {
    return Unreadable("receive_time");
  }
  RETURN_IF_ERROR(ReadPayload(fields, letter));
  return letter;
}

}  // namespace autopulse::callevents::adapter
