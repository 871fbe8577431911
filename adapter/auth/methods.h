#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/auth/hmac.h"
#include "adapter/auth/payload_format.h"
#include "adapter/auth/signature_header.h"
#include "adapter/http/head.h"

// The ways in which a sender can prove who it is, and the judgement of each.
namespace autopulse::callevents::adapter::auth {

// Why a request is not let in. Of several methods the reason of the one that came furthest counts:
// the later ones here.
enum class Refusal {
  kNone,
  kMissingHeader,
  kMalformedHeader,
  kWrongSecret,
  kStale,
  kFuture,
  kBadSignature,
  kDuplicateHeader,
};

// A word for counters and logs: `missing_header`.
absl::string_view RefusalName(Refusal refusal);

// A secret that is sent as it is: `X-Vapi-Secret`, or a bearer token.
struct TokenMethod {
  std::string header;
  bool bearer_prefix = false;        // the header's value begins with `Bearer `
  std::vector<std::string> digests;  // SHA-256 of each secret
};

// How the signatures stand in their header.
enum class SignatureStyle { kSingle, kStandardWebhooks };

// A signature over the body.
struct SignatureMethod {
  HashAlgorithm algorithm = HashAlgorithm::kSha256;
  SignatureStyle style = SignatureStyle::kSingle;
  std::string signature_header = "x-signature";
  std::string prefix = {};                               // kSingle only
  SignatureEncoding encoding = SignatureEncoding::kHex;  // kSingle only
  std::string timestamp_header = "x-timestamp";          // empty: none is looked at
  std::string message_id_header = {};                    // empty: none is looked at
  PayloadFormat payload;
  std::string url = {};  // what stands for {url}
  absl::Duration max_age = absl::Seconds(300);
  absl::Duration max_ahead = absl::Seconds(60);
  std::vector<std::string> secrets = {};  // the keys, not empty
};

using Method = std::variant<TokenMethod, SignatureMethod>;

// What one method says of a request.
struct Finding {
  Refusal refusal = Refusal::kNone;
  std::string header = {};                   // the one that the refusal is about
  std::optional<std::size_t> secret = {};    // which one fitted; none yet: the body decides
  std::optional<absl::Time> timestamp = {};  // of a signature that has one
};

// The headers that a method reads.
std::vector<std::string> HeadersOf(const Method& method);

// What the head alone can decide: a token in full; of a signature whether everything is there, can
// be read, and is of this time.
Finding FindInHead(const Method& method, const http::RequestHead& head, absl::Time now);

// What head and body decide. How long it takes says nothing of how much of a secret is right.
Finding FindInWhole(const Method& method, const http::RequestHead& head, absl::string_view body,
                    absl::Time now);

// The pieces of what a sender signs under `method`, in order.
std::vector<absl::string_view> SignedPieces(const SignatureMethod& method,
                                            const http::RequestHead& head, absl::string_view body);

}  // namespace autopulse::callevents::adapter::auth
