#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "adapter/auth/auth_policy.h"

// From the operator's files to a policy. No error message holds a secret.
namespace autopulse::callevents::adapter::auth {

// Which files say who may come in; an empty path names none.
struct AuthFiles {
  std::string secret_file;  // a secret on each line, sent as X-Vapi-Secret
  std::string auth_file;    // JSON, see `ParseAuthFile`
};

// The methods in the text of an authentication file, whose fields are called as in VAPI's own
// authentication plans (docs/operations.md).
//
// Fails with INVALID_ARGUMENT naming the field, `methods[0].secrets[1] is empty`: it is no JSON; a
// field is unknown, missing, empty, of the wrong type or not a known word; sha1 without
// `allowSha1`; a payload format that does not sign the body or the timestamp; a secret that is no
// base64.
absl::StatusOr<std::vector<Method>> ParseAuthFile(absl::string_view text);

// The method that a list of secrets makes, one on each line, without the white space around them;
// blank lines are left out.
//
// Fails with INVALID_ARGUMENT if there is none.
absl::StatusOr<Method> ParseSecretFile(absl::string_view text);

// The policy for who sends a line of such a file as `Authorization: Bearer`.
//
// Fails with FAILED_PRECONDITION and a sentence that names the file if it cannot be read or has no
// secret.
absl::StatusOr<AuthPolicy> LoadBearerPolicy(const std::string& path);

// The policy that the files together make: the authentication file's methods, then the secret
// file's.
//
// Fails with FAILED_PRECONDITION and a sentence that names the file, and the field as above: it
// cannot be read, or is wrong; or both paths are empty. A file that every user of the machine may
// read gets a warning in the log.
absl::StatusOr<AuthPolicy> LoadAuthPolicy(const AuthFiles& files);

}  // namespace autopulse::callevents::adapter::auth
