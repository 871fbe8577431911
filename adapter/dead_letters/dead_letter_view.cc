#include "adapter/dead_letters/dead_letter_view.h"

#include <google/protobuf/util/json_util.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/dead_letters/redaction.h"
#include "adapter/json/json_parser.h"
#include "adapter/json/json_tree.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::DeadLetter;

constexpr char kLine[] = "%6s  %-18s %-16s %8s  %-20s  %s";

std::string TimeText(absl::Time time) {
  if (time == absl::InfinitePast()) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// `text` as a JSON string without its quotes: on one line, whatever is in it.
std::string OnOneLine(absl::string_view text) {
  std::string quoted;
  AppendJsonString(RedactText(text), quoted);
  return quoted.substr(1, quoted.size() - 2);
}

// The body as JSON; nothing if it is none.
std::optional<std::string> BodyText(const DeadLetter& letter) {
  if (letter.form != persistence::spool::kPendingForm) return letter.payload;
  v1::ReportCallEventRequest request;
  std::string json;
  if (!request.ParseFromString(letter.payload) ||
      !google::protobuf::util::MessageToJsonString(request, &json).ok()) {
    return std::nullopt;
  }
  return json;
}

}  // namespace

std::string DeadLetterHeading() {
  return absl::StrFormat(kLine, "ID", "REASON", "CALL", "ATTEMPTS", "GIVEN UP", "LAST ERROR");
}

std::string DeadLetterLine(const DeadLetter& letter) {
  return absl::StrFormat(kLine, absl::StrCat(letter.id), letter.reason,
                         letter.call.empty() ? "-" : OnOneLine(letter.call),
                         absl::StrCat(letter.failures.attempts), TimeText(letter.create_time),
                         OnOneLine(letter.failures.last_error));
}

std::string DeadLetterJson(const DeadLetter& letter) {
  std::string out = absl::StrCat("{\"id\":", letter.id);
  AppendJsonMember("reason", letter.reason, out);
  AppendJsonMember("call", letter.call, out);
  AppendJsonMember("form", letter.form, out);
  absl::StrAppend(&out, ",\"attempts\":", letter.failures.attempts);
  AppendJsonMember("receive_time", TimeText(letter.receive_time), out);
  AppendJsonMember("create_time", TimeText(letter.create_time), out);
  AppendJsonMember("first_error", RedactText(letter.failures.first_error), out);
  AppendJsonMember("first_error_time", TimeText(letter.failures.first_error_time), out);
  AppendJsonMember("last_error", RedactText(letter.failures.last_error), out);
  AppendJsonMember("last_error_time", TimeText(letter.failures.last_error_time), out);
  if (!letter.payload.empty()) {
    const std::optional<std::string> text = BodyText(letter);
    const auto json = text.has_value() ? ParseJson(*text) : absl::DataLossError("no body");
    absl::StrAppend(&out, ",\"body_bytes\":", letter.payload.size(),
                    ",\"body\":", json.ok() ? RedactJson(json->root()) : "null");
  }
  return absl::StrCat(out, "}");
}

}  // namespace autopulse::callevents::adapter
