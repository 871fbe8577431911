#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

// What senders put into authentication headers, read from the bytes as they came. Pure functions:
// nothing here fails otherwise than by finding nothing, whatever the bytes are.
namespace autopulse::callevents::adapter::auth {

// How a signature is written.
enum class SignatureEncoding { kHex, kBase64 };

// How many signatures of one header are looked at; the others are ignored.
inline constexpr int kMaxSignatures = 16;

// A time as digits: seconds since 1970, or milliseconds where the number is too large for seconds
// (from 10^11, the year 5138). Nothing if `text` is no such number of at most 16 digits.
std::optional<absl::Time> ParseTimestamp(absl::string_view text);

// Whether `ParseTimestamp` takes these digits for milliseconds.
bool IsInMilliseconds(absl::string_view timestamp);

// The bytes that `text` stands for. Hex in upper or lower case; base64 of either alphabet, with or
// without padding. Nothing if it is neither, or empty.
std::optional<std::string> DecodeSignature(absl::string_view text, SignatureEncoding encoding);

// The signature behind `prefix` ("sha256=" for instance; may be empty). Nothing without it.
std::optional<std::string> ParsePrefixedSignature(absl::string_view text, absl::string_view prefix,
                                                  SignatureEncoding encoding);

// The `v1` signatures in a `webhook-signature` header of the Standard Webhooks specification:
// `v1,BASE64`, several separated by spaces. Other versions, and what cannot be decoded, are left
// out.
std::vector<std::string> ParseStandardSignatures(absl::string_view text);

// The token behind `Bearer `, in upper or lower case. Nothing if `text` is no such thing.
std::optional<absl::string_view> ParseBearer(absl::string_view text);

}  // namespace autopulse::callevents::adapter::auth
