#include "adapter/dead_letters/redaction.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

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

// Appends what comes behind the `://` of a URL, without what proves who asks: the user before the
// host, and what follows the path.
void AppendUrl(absl::string_view url, std::string& out) {
  const std::size_t user = url.substr(0, url.find('/')).rfind('@');
  if (user != url.npos) {
    absl::StrAppend(&out, kRedacted, "@");
    url.remove_prefix(user + 1);
  }
  const std::size_t path = std::min(url.size(), url.find_first_of("?#"));
  absl::StrAppend(&out, MaskNumbers(url.substr(0, path)));
  if (path < url.size()) absl::StrAppend(&out, url.substr(path, 1), kRedacted);
}

// `apiKey`, `api_key` and `X-Api-Key` are one name.
bool IsSecretName(absl::string_view name) {
  static constexpr std::array<absl::string_view, 13> kWords = {
      "secret", "token",     "authorization", "passw",     "passphrase", "apikey", "privatekey",
      "cookie", "signature", "credential",    "accesskey", "signingkey", "jwt"};
  const std::string plain =
      absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", ""}, {"-", ""}});
  return plain == "pass" || std::any_of(kWords.begin(), kWords.end(), [&](absl::string_view word) {
           return absl::StrContains(plain, word);
         });
}

// Whether it is an object like `{"name":"Authorization","value":"..."}`.
bool HasSecretValue(JsonValue object) {
  return IsSecretName(object.Find("name").text()) || IsSecretName(object.Find("key").text());
}

void AppendRedacted(JsonValue value, std::string& out) {
  if (value.given() && IsSecretName(value.key())) return AppendJsonString(kRedacted, out);
  if (value.kind() == JsonKind::kString) return AppendJsonString(RedactText(value.text()), out);
  const bool is_object = value.kind() == JsonKind::kObject;
  if (!is_object && value.kind() != JsonKind::kArray) return AppendJson(value, out);
  out += is_object ? '{' : '[';
  const bool has_secret_value = HasSecretValue(value);
  const char* separator = "";
  for (JsonValue child = value.FirstChild(); child.kind() != JsonKind::kAbsent;
       child = child.NextSibling()) {
    out += separator;
    separator = ",";
    if (is_object) {
      AppendJsonString(MaskNumbers(child.key()), out);
      out += ':';
    }
    if (has_secret_value && child.key() == "value") {
      AppendJsonString(kRedacted, out);
    } else {
      AppendRedacted(child, out);
    }
  }
  out += is_object ? '}' : ']';
}

}  // namespace

std::string RedactText(absl::string_view text) {
  constexpr absl::string_view kScheme = "://";
  std::string out;
  std::size_t scheme = text.find(kScheme);
  while (scheme != text.npos) {
    const std::size_t begin = scheme + kScheme.size();
    const std::size_t end = std::min(text.size(), text.find_first_of(" \t\r\n\"<>", begin));
    absl::StrAppend(&out, MaskNumbers(text.substr(0, begin)));
    AppendUrl(text.substr(begin, end - begin), out);
    text.remove_prefix(end);
    scheme = text.find(kScheme);
  }
  return absl::StrCat(out, MaskNumbers(text));
}

std::string RedactJson(JsonValue value) {
  std::string out;
  AppendRedacted(value, out);
  return out;
}

}  // namespace autopulse::callevents::adapter
