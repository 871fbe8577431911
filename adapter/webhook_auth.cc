#include "adapter/webhook_auth.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace autopulse::callevents::adapter {

WebhookAuth::WebhookAuth(absl::string_view secret) : open_(false), secret_(DigestOf(secret)) {}

// Digests are compared, not texts: they are of one length, whatever was sent.
bool WebhookAuth::Allows(const std::vector<std::string>& values) const {
  if (open_) return true;
  if (values.size() != 1) return false;
  const Digest sent = DigestOf(values.front());
  return CRYPTO_memcmp(sent.data(), secret_.data(), secret_.size()) == 0;
}

WebhookAuth::Digest WebhookAuth::DigestOf(absl::string_view text) {
  static_assert(std::tuple_size_v<Digest> == SHA256_DIGEST_LENGTH);
  Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file.is_open()) {
    return absl::NotFoundError(absl::StrCat("cannot read the webhook secret file '", path, "'"));
  }
  std::getline(file, line);
  std::string secret(absl::StripAsciiWhitespace(line));
  if (secret.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the first line of the webhook secret file '", path, "' is empty"));
  }
  return secret;
}

}  // namespace autopulse::callevents::adapter
