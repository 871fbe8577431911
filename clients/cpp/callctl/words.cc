#include "clients/cpp/callctl/words.h"

#include <google/protobuf/descriptor.h>

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace autopulse::callevents::callctl {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;

// `CALL_STATUS_`, what the names of the enum's values begin with.
absl::string_view Prefix(const EnumDescriptor& type) {
  return absl::StripSuffix(type.FindValueByNumber(0)->name(), "UNSPECIFIED");
}

// `in-progress` of CALL_STATUS_IN_PROGRESS.
std::string Kebab(const EnumValueDescriptor& value) {
  const absl::string_view name = absl::StripPrefix(value.name(), Prefix(*value.type()));
  return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", "-"}});
}

std::string Word(const EnumDescriptor& type, int number) {
  if (number == 0) return "";
  const EnumValueDescriptor* value = type.FindValueByNumber(number);
  // A value that is newer than this program.
  if (value == nullptr) return absl::StrCat(number);
  return absl::StrReplaceAll(Kebab(*value), {{"-", " "}});
}

absl::StatusOr<int> Parse(const EnumDescriptor& type, absl::string_view word) {
  std::string wanted = absl::AsciiStrToUpper(absl::StripAsciiWhitespace(word));
  wanted = absl::StrReplaceAll(wanted, {{" ", "_"}, {"-", "_"}});
  wanted = absl::StrCat(Prefix(type), absl::StripPrefix(wanted, Prefix(type)));
  std::vector<std::string> accepted;
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    if (value.number() == 0) continue;
    if (value.name() == wanted) return value.number();
    accepted.push_back(Kebab(value));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", word, "' is none of ", absl::StrJoin(accepted, ", ")));
}

}  // namespace

std::string StatusWord(v1::CallStatus call_status) {
  std::string word = Word(*v1::CallStatus_descriptor(), call_status);
  bool begins = true;
  for (char& c : word) {
    if (begins) c = absl::ascii_toupper(static_cast<unsigned char>(c));
    begins = c == ' ';
  }
  return word;
}

std::string StatusWord(v1::CallStatus call_status, const std::string& status_text) {
  return status_text.empty() ? StatusWord(call_status) : status_text;
}

std::string OutcomeWord(v1::CallOutcome outcome) {
  return Word(*v1::CallOutcome_descriptor(), outcome);
}

std::string OutcomeWord(v1::CallEventOutcome outcome) {
  return Word(*v1::CallEventOutcome_descriptor(), outcome);
}

std::string ReasonWord(v1::HangupReason reason) {
  return Word(*v1::HangupReason_descriptor(), reason);
}

absl::StatusOr<v1::CallStatus> ParseCallStatus(absl::string_view word) {
  const absl::StatusOr<int> number = Parse(*v1::CallStatus_descriptor(), word);
  if (!number.ok()) return number.status();
  return static_cast<v1::CallStatus>(*number);
}

absl::StatusOr<v1::CallOutcome> ParseCallOutcome(absl::string_view word) {
  const absl::StatusOr<int> number = Parse(*v1::CallOutcome_descriptor(), word);
  if (!number.ok()) return number.status();
  return static_cast<v1::CallOutcome>(*number);
}

}  // namespace autopulse::callevents::callctl
