#include "adapter/dead_letters/redaction.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr absl::string_view kRedacted = "[redacted]";

// Digits that make a telephone number, with and without a `+` before them.
constexpr std::ptrdiff_t kInternationalDigits = 7;
constexpr std::ptrdiff_t kNationalDigits = 10;
constexpr std::ptrdiff_t kShownDigits = 2;

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

bool StandsInNumber(char c) { return IsDigit(c) || absl::StrContains("+-.() /", c); }

void AppendMasked(absl::string_view run, std::string& out) {
  const std::ptrdiff_t digits = std::count_if(run.begin(), run.end(), IsDigit);
  const std::ptrdiff_t enough =
      absl::StrContains(run, '+') ? kInternationalDigits : kNationalDigits;
  std::ptrdiff_t left = digits;
  for (const char c : run) {
    const bool masked = digits >= enough && IsDigit(c) && left > kShownDigits;
    out += masked ? '*' : c;
    if (IsDigit(c)) --left;
  }
}

std::string MaskNumbers(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto same = [numeric = StandsInNumber(text.front())](char c) {
      return StandsInNumber(c) == numeric;
    };
    const auto end = std::find_if_not(text.begin(), text.end(), same);
    const auto length = static_cast<std::size_t>(end - text.begin());
    if (same('0')) {
      AppendMasked(text.substr(0, length), out);
    } else {
      absl::StrAppend(&out, text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return out;
}

bool IsSecretName(absl::string_view name) {
  static constexpr std::array<absl::string_view, 8> kWords = {
      "secret", "token", "authorization", "password", "apikey", "api_key", "api-key", "credential"};
  const std::string lower = absl::AsciiStrToLower(name);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](absl::string_view word) { return absl::StrContains(lower, word); });
}

void AppendRedacted(JsonValue value, std::string& out) {
  if (value.given() && IsSecretName(value.key())) return AppendJsonString(kRedacted, out);
  if (value.kind() == JsonKind::kString) return AppendJsonString(RedactText(value.text()), out);
  const bool is_object = value.kind() == JsonKind::kObject;
  if (!is_object && value.kind() != JsonKind::kArray) return AppendJson(value, out);
  out += is_object ? '{' : '[';
  const char* separator = "";
  for (JsonValue child = value.FirstChild(); child.kind() != JsonKind::kAbsent;
       child = child.NextSibling()) {
    out += separator;
    separator = ",";
    if (is_object) {
      AppendJsonString(MaskNumbers(child.key()), out);
      out += ':';
    }
    AppendRedacted(child, out);
  }
  out += is_object ? '}' : ']';
}

}  // namespace

std::string RedactText(absl::string_view text) {
  std::string out;
  while (true) {
    const std::size_t scheme = text.find("://");
    const std::size_t query = scheme == text.npos ? text.npos : text.find('?', scheme);
    if (query == text.npos) return absl::StrCat(out, MaskNumbers(text));
    absl::StrAppend(&out, MaskNumbers(text.substr(0, query)), "?", kRedacted);
    text.remove_prefix(std::min(text.size(), text.find_first_of(" \t\r\n\"<>", query)));
  }
}

std::string RedactJson(JsonValue value) {
  std::string out;
  AppendRedacted(value, out);
  return out;
}

}  // namespace autopulse::callevents::adapter
