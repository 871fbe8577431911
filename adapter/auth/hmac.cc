#include "adapter/auth/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <array>

namespace autopulse::callevents::adapter::auth {
namespace {

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Looked up once: a fetch takes locks and time.
EVP_MAC* HmacOfOpenSsl() {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  return mac;
}

const EVP_MD* Sha256OfOpenSsl() {
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return digest;
}

}  // namespace

absl::string_view AlgorithmName(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kSha256:
      return "sha256";
    case HashAlgorithm::kSha512:
      return "sha512";
    case HashAlgorithm::kSha1:
      return "sha1";
  }
  return "";
}

std::size_t DigestSize(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kSha256:
      return SHA256_DIGEST_LENGTH;
    case HashAlgorithm::kSha512:
      return SHA512_DIGEST_LENGTH;
    case HashAlgorithm::kSha1:
      return SHA_DIGEST_LENGTH;
  }
  return 0;
}

Hmac::Hmac(HashAlgorithm algorithm, absl::string_view key)
    : context_(EVP_MAC_CTX_new(HmacOfOpenSsl())) {
  std::string digest(AlgorithmName(algorithm));
  const std::array<OSSL_PARAM, 2> params = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  ok_ = context_ != nullptr &&
        EVP_MAC_init(context_.get(), Bytes(key), key.size(), params.data()) == 1;
}

void Hmac::Update(absl::string_view bytes) {
  ok_ = ok_ && EVP_MAC_update(context_.get(), Bytes(bytes), bytes.size()) == 1;
}

std::string Hmac::Finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> signature = {};
  std::size_t size = 0;
  if (!ok_ || EVP_MAC_final(context_.get(), signature.data(), &size, signature.size()) != 1) {
    return "";
  }
  return {signature.begin(), signature.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::string Sha256(absl::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest = {};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, Sha256OfOpenSsl(), nullptr);
  return {digest.begin(), digest.end()};
}

bool EqualsInConstantTime(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace autopulse::callevents::adapter::auth
