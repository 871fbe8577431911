#include "adapter/admin/admin_target.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/base/hex.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter {
namespace {

// `%2F` becomes `/`; a plus sign stays one.
absl::StatusOr<std::string> Decode(absl::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const std::optional<std::string> byte = base::BytesOfHex(text.substr(i + 1, 2));
    if (!byte.has_value() || byte->empty()) {
      return absl::InvalidArgumentError("the address has a % without two hexadecimal digits");
    }
    decoded += *byte;
    i += 2;
  }
  return decoded;
}

absl::Status ReadParameters(absl::string_view query, AdminTarget& target) {
  for (const absl::string_view pair : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    ASSIGN_OR_RETURN(std::string name, Decode(parts.first));
    ASSIGN_OR_RETURN(std::string value, Decode(parts.second));
    if (!target.parameters.emplace(std::move(name), std::move(value)).second) {
      return absl::InvalidArgumentError(absl::StrCat(parts.first, " is given twice"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AdminTarget> ParseAdminTarget(absl::string_view target) {
  AdminTarget parsed;
  std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(target, absl::MaxSplits('?', 1));
  absl::string_view path = halves.first;
  if (!absl::ConsumePrefix(&path, "/")) {
    return absl::InvalidArgumentError("the address does not begin with /");
  }
  const std::size_t colon = path.rfind(':');
  if (colon != absl::string_view::npos && path.find('/', colon) == absl::string_view::npos) {
    parsed.verb = std::string(path.substr(colon + 1));
    path = path.substr(0, colon);
  }
  for (const absl::string_view segment : absl::StrSplit(path, '/')) {
    ASSIGN_OR_RETURN(parsed.segments.emplace_back(), Decode(segment));
  }
  RETURN_IF_ERROR(ReadParameters(halves.second, parsed));
  return parsed;
}

std::string AdminTarget::Text(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

absl::StatusOr<std::string> AdminTarget::Selector(const std::string& name) const {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return std::string();
  if (!found->second.empty()) return found->second;
  return absl::InvalidArgumentError(absl::StrCat(name, " is empty: give a value, or leave it out"));
}

absl::StatusOr<bool> AdminTarget::Flag(const std::string& name) const {
  const auto found = parameters.find(name);
  if (found == parameters.end() || found->second == "false") return false;
  if (found->second == "true") return true;
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is true or false, not '", found->second, "'"));
}

absl::StatusOr<std::int64_t> AdminTarget::Number(const std::string& name, std::int64_t least,
                                                 std::int64_t most, std::int64_t otherwise) const {
  const std::string text = Text(name);
  if (text.empty()) return otherwise;
  std::int64_t number = 0;
  if (absl::SimpleAtoi(text, &number) && number >= least && number <= most) return number;
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is a number from ", least, " to ", most, ", not '", text, "'"));
}

absl::Status AdminTarget::Allow(const std::vector<absl::string_view>& names) const {
  for (const auto& [name, value] : parameters) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return absl::InvalidArgumentError(absl::StrCat("there is no parameter '", name, "' here"));
    }
  }
  return absl::OkStatus();
}

}  // namespace autopulse::callevents::adapter
