#include "clients/cpp/callctl/session.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::callctl {
namespace {

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message, bool pretty) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = pretty;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (status.ok()) return json;
  return absl::InternalError(
      absl::StrCat("the answer cannot be written as JSON: ", std::string(status.message())));
}

}  // namespace

absl::Status PrintJson(std::ostream& out, const google::protobuf::Message& message) {
  const absl::StatusOr<std::string> json = ToJson(message, true);
  // The printer ends what it indents with a line feed.
  if (json.ok()) out << *json;
  return json.status();
}

absl::Status PrintJsonLine(std::ostream& out, const google::protobuf::Message& message) {
  const absl::StatusOr<std::string> json = ToJson(message, false);
  if (json.ok()) out << *json << '\n';
  return json.status();
}

absl::Status About(const std::string& resource, const absl::Status& error) {
  if (!absl::IsNotFound(error)) return error;
  return absl::NotFoundError(absl::StrCat(resource, " not found"));
}

void NoteMore(Session& session, absl::string_view things) {
  session.err << "callctl: there are more " << things << "; see them with a higher --limit\n";
}

}  // namespace autopulse::callevents::callctl
