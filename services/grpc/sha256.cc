#include "services/grpc/sha256.h"

#include <openssl/sha.h>

namespace autopulse::callevents::rpc {

static_assert(sizeof(Sha256Digest) == SHA256_DIGEST_LENGTH);

Sha256Digest Sha256(absl::string_view bytes) {
  Sha256Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return digest;
}

}  // namespace autopulse::callevents::rpc
