#include "adapter/relay/relay_targets.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace autopulse::callevents::adapter::relay {
namespace {

constexpr absl::string_view kSchemes[] = {"http://", "https://"};

bool IsPort(absl::string_view text) {
  int port = 0;
  return absl::SimpleAtoi(text, &port) && port > 0 && port <= 65535 &&
         absl::ascii_isdigit(static_cast<unsigned char>(text.front()));
}

bool IsAuthority(absl::string_view text) {
  const bool bracketed = absl::StartsWith(text, "[");
  const std::size_t end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && end == absl::string_view::npos) return false;
  const absl::string_view host = text.substr(0, bracketed ? end + 1 : end);
  const absl::string_view rest = text.substr(host.size());
  if (host.empty() || absl::StrContains(host, '@')) return false;
  return rest.empty() || (rest.front() == ':' && rest.size() > 1 && IsPort(rest.substr(1)));
}

std::optional<Target> ParseUrl(absl::string_view url) {
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '#';
  });
  for (const absl::string_view scheme : kSchemes) {
    if (!plain || !absl::StartsWith(url, scheme)) continue;
    const std::size_t path_begin = std::min(url.find_first_of("/?", scheme.size()), url.size());
    if (!IsAuthority(url.substr(scheme.size(), path_begin - scheme.size()))) return std::nullopt;
    const absl::string_view path = url.substr(path_begin);
    return Target{.origin = std::string(url.substr(0, path_begin)),
                  .path = absl::StrCat(absl::StartsWith(path, "/") ? "" : "/", path)};
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<RelayTargets> RelayTargets::Parse(absl::string_view text,
                                                 const std::vector<absl::string_view>& types) {
  RelayTargets targets;
  std::optional<Target> others;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    const absl::string_view entry = absl::StripAsciiWhitespace(part);
    const std::size_t scheme = entry.find("://");
    const std::size_t equals = entry.substr(0, scheme).find('=');
    const bool for_all = equals == absl::string_view::npos;
    const absl::string_view type = for_all ? "" : entry.substr(0, equals);
    std::optional<Target> target = ParseUrl(for_all ? entry : entry.substr(equals + 1));
    if (!target) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", entry, "' is no URL such as https://tools.example/vapi, nor TYPE=URL"));
    }
    if (!for_all && std::find(types.begin(), types.end(), type) == types.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("VAPI does not wait for an answer to '", type, "'"));
    }
    const bool repeated = for_all ? others.has_value() : targets.Find(type) != nullptr;
    if (repeated) return absl::InvalidArgumentError(absl::StrCat("'", entry, "' is a second URL"));
    if (for_all) {
      others = std::move(target);
    } else {
      targets.by_type_.emplace(type, *std::move(target));
    }
  }
  if (others) {
    for (const absl::string_view type : types) targets.by_type_.emplace(type, *others);
  }
  return targets;
}

const Target* RelayTargets::Find(absl::string_view type) const {
  const auto found = by_type_.find(type);
  return found == by_type_.end() ? nullptr : &found->second;
}

}  // namespace autopulse::callevents::adapter::relay
