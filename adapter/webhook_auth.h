#pragma once

#include <array>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter {

// Decides whether a webhook comes from whoever knows the secret. Thread-safe.
class WebhookAuth {
 public:
  // Lets everything in (`--insecure-no-auth`).
  WebhookAuth() = default;

  // Lets in who sends `secret`, which must not be empty.
  explicit WebhookAuth(absl::string_view secret);

  // Whether these values of `X-Vapi-Secret`, as they came over the wire, let the webhook in:
  // exactly one, and it is the secret. How long that takes says nothing of how much of it is right.
  bool Allows(const std::vector<std::string>& values) const;

 private:
  using Digest = std::array<unsigned char, 32>;

  static Digest DigestOf(absl::string_view text);

  bool open_ = true;
  Digest secret_ = {};
};

// The secret in a file: its first line, without the white space around it.
//
// Fails with NOT_FOUND or FAILED_PRECONDITION and a sentence for the operator if the file cannot be
// read or its first line is empty.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path);

}  // namespace autopulse::callevents::adapter
