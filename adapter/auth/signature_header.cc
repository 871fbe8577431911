#include "adapter/auth/signature_header.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/base/hex.h"

namespace autopulse::callevents::adapter::auth {
namespace {

constexpr std::size_t kMaxTimestampDigits = 16;
constexpr std::int64_t kFirstMilliseconds = 100'000'000'000;

bool IsAllDigits(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); });
}

std::optional<std::int64_t> ParseDigits(absl::string_view text) {
  std::int64_t number = 0;
  if (text.size() > kMaxTimestampDigits || !IsAllDigits(text) || !absl::SimpleAtoi(text, &number)) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

std::optional<absl::Time> ParseTimestamp(absl::string_view text) {
  const std::optional<std::int64_t> number = ParseDigits(text);
  if (!number.has_value()) return std::nullopt;
  return *number < kFirstMilliseconds ? absl::FromUnixSeconds(*number)
                                      : absl::FromUnixMillis(*number);
}

bool IsInMilliseconds(absl::string_view timestamp) {
  return ParseDigits(timestamp).value_or(0) >= kFirstMilliseconds;
}

std::optional<std::string> DecodeSignature(absl::string_view text, SignatureEncoding encoding) {
  if (text.empty()) return std::nullopt;
  if (encoding == SignatureEncoding::kHex) return base::BytesOfHex(text);
  std::string bytes;
  const bool decoded =
      absl::Base64Unescape(text, &bytes) || absl::WebSafeBase64Unescape(text, &bytes);
  if (!decoded || bytes.empty()) return std::nullopt;
  return bytes;
}

std::optional<std::string> ParsePrefixedSignature(absl::string_view text, absl::string_view prefix,
                                                  SignatureEncoding encoding) {
  if (!absl::ConsumePrefix(&text, prefix)) return std::nullopt;
  return DecodeSignature(text, encoding);
}

std::vector<std::string> ParseStandardSignatures(absl::string_view text) {
  std::vector<std::string> signatures;
  int seen = 0;
  for (absl::string_view part : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (++seen > kMaxSignatures) break;
    if (!absl::ConsumePrefix(&part, "v1,")) continue;
    if (auto bytes = DecodeSignature(part, SignatureEncoding::kBase64)) {
      signatures.push_back(*std::move(bytes));
    }
  }
  return signatures;
}

std::optional<absl::string_view> ParseBearer(absl::string_view text) {
  constexpr absl::string_view kScheme = "Bearer ";
  if (!absl::StartsWithIgnoreCase(text, kScheme)) return std::nullopt;
  const absl::string_view token = absl::StripLeadingAsciiWhitespace(text.substr(kScheme.size()));
  if (token.empty()) return std::nullopt;
  return token;
}

}  // namespace autopulse::callevents::adapter::auth
