#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter::auth {

enum class HashAlgorithm { kSha256, kSha512, kSha1 };

// `sha256` and its like, as VAPI and OpenSSL call it.
absl::string_view AlgorithmName(HashAlgorithm algorithm);

// How many bytes a signature has.
std::size_t DigestSize(HashAlgorithm algorithm);

// One HMAC, fed in pieces. Used by one thread.
class Hmac {
 public:
  Hmac(HashAlgorithm algorithm, absl::string_view key);

  // Adds the next bytes of what is signed.
  void Update(absl::string_view bytes);

  // The signature; empty, which no signature is, if OpenSSL refuses the algorithm. Call once.
  std::string Finish();

 private:
  struct Free {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  };

  std::unique_ptr<EVP_MAC_CTX, Free> context_;
  bool ok_;
};

// The SHA-256 of `text`, 32 bytes.
std::string Sha256(absl::string_view text);

// Whether the two are equal. How long that takes depends on their lengths alone.
bool EqualsInConstantTime(absl::string_view a, absl::string_view b);

}  // namespace autopulse::callevents::adapter::auth
