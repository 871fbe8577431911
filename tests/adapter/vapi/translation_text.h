#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/json/malformed.h"
#include "adapter/vapi/translate.h"
#include "adapter/warnings.h"
#include "google/protobuf/text_format.h"
#include "services/base/counters.h"

// What tests of the translation share.
namespace autopulse::callevents::adapter::vapi {

// When every webhook of a test comes in.
inline absl::Time TestReceiveTime() { return absl::FromUnixSeconds(1'756'804'800); }

// Translates a body.
inline absl::StatusOr<Translation> TranslateText(absl::string_view body, base::Counters& counters,
                                                 bool register_unknown_calls = false) {
  Warnings warnings(counters);
  return Translate(
      body, {.receive_time = TestReceiveTime(), .register_unknown_calls = register_unknown_calls},
      warnings);
}

// The same, of a body that has to be an event.
inline v1::ReportCallEventRequest RequestOf(absl::string_view body) {
  base::Counters counters;
  const absl::StatusOr<Translation> translation = TranslateText(body, counters);
  if (!translation.ok() || translation->request == nullptr) return {};
  return *translation->request;
}

// Everything that a body becomes, as text: comments for what is no request, then the request.
inline std::string DescribeTranslation(absl::string_view body) {
  base::Counters counters;
  const absl::StatusOr<Translation> translation = TranslateText(body, counters);
  std::string text;
  if (!translation.ok()) {
    absl::StrAppend(&text, "# malformed: ", translation.status().message(), "\n");
    const std::string path = MalformedPath(translation.status());
    if (!path.empty()) absl::StrAppend(&text, "# at: ", path, "\n");
  } else if (translation->request == nullptr) {
    const bool awaits_answer = translation->kind == MessageKind::kAwaitsAnswer;
    absl::StrAppend(
        &text, awaits_answer ? "# awaits an answer: " : "# ignored: ", translation->type, "\n");
  }
  for (const auto& [series, count] : counters.Snapshot()) {
    absl::StrAppend(&text, "# counted: ", series, " ", count, "\n");
  }
  if (!translation.ok() || translation->request == nullptr) return text;
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string request;
  printer.PrintToString(*translation->request, &request);
  return text + request;
}

}  // namespace autopulse::callevents::adapter::vapi
