#include "adapter/auth/payload_format.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace autopulse::callevents::adapter::auth {
namespace {

struct PlaceholderRow {
  absl::string_view name;
  Placeholder placeholder;
};

constexpr PlaceholderRow kPlaceholders[] = {
    {"{body}", Placeholder::kBody},         {"{timestamp}", Placeholder::kTimestamp},
    {"{method}", Placeholder::kMethod},     {"{url}", Placeholder::kUrl},
    {"{svix-id}", Placeholder::kMessageId},
};

absl::string_view ValueOf(Placeholder placeholder, const PayloadValues& values) {
  switch (placeholder) {
    case Placeholder::kBody:
      return values.body;
    case Placeholder::kTimestamp:
      return values.timestamp;
    case Placeholder::kMethod:
      return values.method;
    case Placeholder::kUrl:
      return values.url;
    case Placeholder::kMessageId:
      return values.message_id;
    case Placeholder::kNone:
      break;
  }
  return "";
}

}  // namespace

absl::StatusOr<PayloadFormat> PayloadFormat::Parse(absl::string_view text) {
  PayloadFormat format;
  format.text_ = std::string(text);
  while (!text.empty()) {
    if (text.front() != '{') {
      const absl::string_view literal = text.substr(0, text.find('{'));
      format.parts_.push_back({.placeholder = Placeholder::kNone, .literal = std::string(literal)});
      text.remove_prefix(literal.size());
      continue;
    }
    const absl::string_view name = text.substr(0, text.find('}') + 1);
    const auto* const row =
        std::find_if(std::begin(kPlaceholders), std::end(kPlaceholders),
                     [name](const PlaceholderRow& known) { return known.name == name; });
    if (row == std::end(kPlaceholders)) {
      return absl::InvalidArgumentError(
          absl::StrCat("has an unknown placeholder; known are {body}, {timestamp}, {method}, {url} "
                       "and {svix-id}"));
    }
    format.parts_.push_back({.placeholder = row->placeholder, .literal = ""});
    text.remove_prefix(name.size());
  }
  if (!format.Has(Placeholder::kBody)) {
    return absl::InvalidArgumentError("must have {body}: otherwise the body is not signed");
  }
  return format;
}

bool PayloadFormat::Has(Placeholder placeholder) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [placeholder](const Part& part) { return part.placeholder == placeholder; });
}

std::vector<absl::string_view> PayloadFormat::Pieces(const PayloadValues& values) const {
  std::vector<absl::string_view> pieces;
  pieces.reserve(parts_.size());
  for (const Part& part : parts_) {
    pieces.push_back(part.placeholder == Placeholder::kNone ? absl::string_view(part.literal)
                                                            : ValueOf(part.placeholder, values));
  }
  return pieces;
}

}  // namespace autopulse::callevents::adapter::auth
