#include "adapter/auth/json_fields.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace autopulse::callevents::adapter::auth {
namespace {

constexpr std::int64_t kSecondsOfAYear = std::int64_t{365} * 24 * 3600;

}  // namespace

JsonFields::JsonFields(JsonValue object, std::string path)
    : object_(object), path_(std::move(path)) {
  if (object_.kind() != JsonKind::kObject) {
    status_ = absl::InvalidArgumentError(
        absl::StrCat(path_.empty() ? "the file" : path_, " must be an object"));
  }
}

std::string JsonFields::PathOf(absl::string_view name) const {
  return path_.empty() ? std::string(name) : absl::StrCat(path_, ".", name);
}

void JsonFields::Reject(absl::string_view name, absl::string_view what) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(absl::StrCat(PathOf(name), " ", what));
}

JsonValue JsonFields::Take(absl::string_view name) {
  taken_.emplace_back(name);
  return object_.Find(name);
}

std::string JsonFields::Text(absl::string_view name, absl::string_view default_value) {
  const JsonValue value = Take(name);
  if (value.kind() == JsonKind::kAbsent) return std::string(default_value);
  if (value.kind() != JsonKind::kString) {
    Reject(name, "must be a text");
  } else if (value.text().empty() && !default_value.empty()) {
    Reject(name, "is empty");
  }
  return std::string(value.text());
}

bool JsonFields::Flag(absl::string_view name, bool default_value) {
  const JsonValue value = Take(name);
  if (value.kind() == JsonKind::kAbsent) return default_value;
  if (value.kind() != JsonKind::kBoolean) Reject(name, "must be true or false");
  return value.text() == "true";
}

absl::Duration JsonFields::Seconds(absl::string_view name, absl::Duration default_value) {
  const JsonValue value = Take(name);
  if (value.kind() == JsonKind::kAbsent) return default_value;
  std::int64_t seconds = 0;
  if (value.kind() != JsonKind::kNumber || !absl::SimpleAtoi(value.text(), &seconds) ||
      seconds < 0 || seconds > kSecondsOfAYear) {
    Reject(name, "must be a whole number of seconds, from 0 to a year");
  }
  return absl::Seconds(seconds);
}

std::vector<std::pair<JsonValue, std::string>> JsonFields::Elements(absl::string_view name) {
  std::vector<std::pair<JsonValue, std::string>> elements;
  const JsonValue list = Take(name);
  if (list.kind() != JsonKind::kArray) {
    Reject(name, list.given() ? "must be a list" : "is missing");
    return elements;
  }
  for (JsonValue element = list.FirstChild(); element.kind() != JsonKind::kAbsent;
       element = element.NextSibling()) {
    elements.emplace_back(element, absl::StrCat(PathOf(name), "[", elements.size(), "]"));
  }
  if (elements.empty()) Reject(name, "is empty");
  return elements;
}

std::vector<std::string> JsonFields::Texts(absl::string_view name) {
  std::vector<std::string> texts;
  for (const auto& [element, path] : Elements(name)) {
    const std::string element_name = absl::StrCat(name, "[", texts.size(), "]");
    if (element.kind() != JsonKind::kString) {
      Reject(element_name, "must be a text");
    } else if (element.text().empty()) {
      Reject(element_name, "is empty");
    }
    texts.emplace_back(element.text());
  }
  return texts;
}

absl::Status JsonFields::Finish() {
  for (JsonValue member = object_.FirstChild(); member.kind() != JsonKind::kAbsent;
       member = member.NextSibling()) {
    if (std::find(taken_.begin(), taken_.end(), member.key()) == taken_.end()) {
      Reject(member.key(), "is unknown here");
    }
  }
  return status_;
}

}  // namespace autopulse::callevents::adapter::auth
