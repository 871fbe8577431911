#include "adapter/auth/auth_file.h"

#include <sys/stat.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "adapter/auth/json_fields.h"
#include "adapter/json/json_parser.h"
#include "services/base/log.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter::auth {
namespace {

constexpr absl::string_view kSecretHeader = "X-Vapi-Secret";
constexpr std::size_t kMinStandardSecretBytes = 24;  // the Standard Webhooks specification

TokenMethod MakeTokenMethod(absl::string_view header, bool bearer_prefix,
                            const std::vector<std::string>& secrets) {
  TokenMethod method{.header = std::string(header), .bearer_prefix = bearer_prefix, .digests = {}};
  for (const std::string& secret : secrets) method.digests.push_back(Sha256(secret));
  return method;
}

// What is sent as it is cannot begin or end with what a header's value is freed from.
void RejectPaddedTokens(const std::vector<std::string>& secrets, JsonFields& fields) {
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    if (absl::StripAsciiWhitespace(secrets[i]) != secrets[i]) {
      fields.Reject(absl::StrCat("secrets[", i, "]"), "begins or ends with white space");
    }
  }
}

Method ReadSecret(JsonFields& fields) {
  const std::string header = fields.Text("headerName", kSecretHeader);
  const std::vector<std::string> secrets = fields.Texts("secrets");
  RejectPaddedTokens(secrets, fields);
  return MakeTokenMethod(header, false, secrets);
}

Method ReadBearer(JsonFields& fields) {
  const std::string header = fields.Text("headerName", "Authorization");
  const bool prefix = fields.Flag("bearerPrefixEnabled", true);
  const std::vector<std::string> secrets = fields.Texts("secrets");
  RejectPaddedTokens(secrets, fields);
  return MakeTokenMethod(header, prefix, secrets);
}

// The keys, of base64 where `prefix` may stand before it.
std::vector<std::string> DecodedSecrets(JsonFields& fields, absl::string_view prefix) {
  std::vector<std::string> keys;
  for (const std::string& secret : fields.Texts("secrets")) {
    std::string key;
    if (!absl::Base64Unescape(absl::StripPrefix(secret, prefix), &key) || key.empty()) {
      fields.Reject(absl::StrCat("secrets[", keys.size(), "]"), "is no base64");
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

HashAlgorithm ReadAlgorithm(JsonFields& fields) {
  const std::string name = fields.Text("algorithm", AlgorithmName(HashAlgorithm::kSha256));
  const bool allow_sha1 = fields.Flag("allowSha1", false);
  for (const HashAlgorithm algorithm :
       {HashAlgorithm::kSha256, HashAlgorithm::kSha512, HashAlgorithm::kSha1}) {
    if (name != AlgorithmName(algorithm)) continue;
    if (algorithm == HashAlgorithm::kSha1 && !allow_sha1) {
      fields.Reject("algorithm", "is weak: allow it with \"allowSha1\": true, or use sha256");
    }
    return algorithm;
  }
  fields.Reject("algorithm", "must be sha256, sha512 or sha1");
  return HashAlgorithm::kSha256;
}

SignatureEncoding ReadEncoding(JsonFields& fields) {
  const std::string name = fields.Text("signatureEncoding", "hex");
  if (name != "hex" && name != "base64") {
    fields.Reject("signatureEncoding", "must be hex or base64");
  }
  return name == "base64" ? SignatureEncoding::kBase64 : SignatureEncoding::kHex;
}

// What the format names must be there, and what is there must be signed.
void CheckPayload(const SignatureMethod& method, JsonFields& fields) {
  const bool has_timestamp = !method.timestamp_header.empty();
  if (has_timestamp && !method.payload.Has(Placeholder::kTimestamp)) {
    fields.Reject("payloadFormat",
                  "must have {timestamp}: otherwise anyone may change it; or set "
                  "\"includeTimestamp\": false");
  }
  if (!has_timestamp && method.payload.Has(Placeholder::kTimestamp)) {
    fields.Reject("payloadFormat", "has {timestamp}, but includeTimestamp is false");
  }
  if (method.payload.Has(Placeholder::kMessageId) && method.message_id_header.empty()) {
    fields.Reject("messageIdHeader", "is missing: payloadFormat has {svix-id}");
  }
  if (method.payload.Has(Placeholder::kUrl) && method.url.empty()) {
    fields.Reject("url", "is missing: payloadFormat has {url}, the server URL as VAPI knows it");
  }
}

void ReadWindow(JsonFields& fields, SignatureMethod& method) {
  method.max_age = fields.Seconds("maxAgeSeconds", method.max_age);
  method.max_ahead = fields.Seconds("maxAheadSeconds", method.max_ahead);
}

Method ReadHmac(JsonFields& fields) {
  SignatureMethod method;
  method.algorithm = ReadAlgorithm(fields);
  method.signature_header = fields.Text("signatureHeader", method.signature_header);
  method.prefix = fields.Text("signaturePrefix", "");
  method.encoding = ReadEncoding(fields);
  method.timestamp_header = fields.Text("timestampHeader", method.timestamp_header);
  const bool include_timestamp = fields.Flag("includeTimestamp", true);
  if (!include_timestamp) method.timestamp_header.clear();
  method.message_id_header = fields.Text("messageIdHeader", "");
  method.url = fields.Text("url", "");
  ReadWindow(fields, method);
  absl::StatusOr<PayloadFormat> payload = PayloadFormat::Parse(
      fields.Text("payloadFormat", include_timestamp ? "{timestamp}.{body}" : "{body}"));
  if (!payload.ok()) {
    fields.Reject("payloadFormat", payload.status().message());
    return method;
  }
  method.payload = *std::move(payload);
  CheckPayload(method, fields);
  method.secrets =
      fields.Flag("secretIsBase64", false) ? DecodedSecrets(fields, "") : fields.Texts("secrets");
  return method;
}

// https://www.standardwebhooks.com: the headers and the payload are fixed.
Method ReadStandardWebhooks(JsonFields& fields) {
  SignatureMethod method;
  method.style = SignatureStyle::kStandardWebhooks;
  method.signature_header = "webhook-signature";
  method.timestamp_header = "webhook-timestamp";
  method.message_id_header = "webhook-id";
  method.payload = *PayloadFormat::Parse("{svix-id}.{timestamp}.{body}");
  ReadWindow(fields, method);
  method.secrets = DecodedSecrets(fields, "whsec_");
  for (std::size_t i = 0; i < method.secrets.size(); ++i) {
    if (method.secrets[i].size() < kMinStandardSecretBytes) {
      fields.Reject(absl::StrCat("secrets[", i, "]"),
                    absl::StrCat("has less than ", kMinStandardSecretBytes, " bytes"));
    }
  }
  return method;
}

struct MethodRow {
  absl::string_view type;
  Method (*read)(JsonFields&);
};

constexpr MethodRow kMethods[] = {
    {"secret", ReadSecret},
    {"bearer", ReadBearer},
    {"hmac", ReadHmac},
    {"standard-webhooks", ReadStandardWebhooks},
};

absl::StatusOr<Method> ReadMethod(JsonValue value, const std::string& path) {
  JsonFields fields(value, path);
  const std::string type = fields.Text("type", "");
  for (const MethodRow& row : kMethods) {
    if (row.type != type) continue;
    Method method = row.read(fields);
    RETURN_IF_ERROR(fields.Finish());
    return method;
  }
  fields.Reject("type", "must be secret, bearer, hmac or standard-webhooks");
  return fields.Finish();
}

absl::Status FileError(absl::string_view path, absl::string_view what) {
  return absl::FailedPreconditionError(
      absl::StrCat("the authentication file '", path, "': ", what));
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  struct stat info = {};
  if (!file.is_open() || stat(path.c_str(), &info) != 0 || S_ISDIR(info.st_mode)) {
    return FileError(path, "cannot be read");
  }
  if ((info.st_mode & S_IROTH) != 0) {
    base::LogWarning("every user of this machine may read the secrets: chmod o-r",
                     {{"file", path}});
  }
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

absl::StatusOr<std::vector<std::string>> SecretsIn(absl::string_view text) {
  std::vector<std::string> secrets;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const absl::string_view secret = absl::StripAsciiWhitespace(line);
    if (!secret.empty()) secrets.emplace_back(secret);
  }
  if (secrets.empty()) return absl::InvalidArgumentError("has no secret: every line is empty");
  return secrets;
}

}  // namespace

absl::StatusOr<std::vector<Method>> ParseAuthFile(absl::string_view text) {
  ASSIGN_OR_RETURN(const JsonTree json, ParseJson(text));
  JsonFields fields(json.root(), "");
  std::vector<Method> methods;
  for (const auto& [element, path] : fields.Elements("methods")) {
    ASSIGN_OR_RETURN(Method method, ReadMethod(element, path));
    methods.push_back(std::move(method));
  }
  RETURN_IF_ERROR(fields.Finish());
  return methods;
}

absl::StatusOr<Method> ParseSecretFile(absl::string_view text) {
  ASSIGN_OR_RETURN(const std::vector<std::string> secrets, SecretsIn(text));
  return MakeTokenMethod(kSecretHeader, false, secrets);
}

absl::StatusOr<AuthPolicy> LoadBearerPolicy(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path));
  const absl::StatusOr<std::vector<std::string>> secrets = SecretsIn(text);
  if (!secrets.ok()) return FileError(path, secrets.status().message());
  return AuthPolicy({MakeTokenMethod("authorization", /*bearer_prefix=*/true, *secrets)});
}

absl::StatusOr<AuthPolicy> LoadAuthPolicy(const AuthFiles& files) {
  std::vector<Method> methods;
  if (!files.auth_file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(files.auth_file));
    absl::StatusOr<std::vector<Method>> more = ParseAuthFile(text);
    if (!more.ok()) return FileError(files.auth_file, more.status().message());
    for (Method& method : *more) methods.push_back(std::move(method));
  }
  if (!files.secret_file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(files.secret_file));
    absl::StatusOr<Method> method = ParseSecretFile(text);
    if (!method.ok()) return FileError(files.secret_file, method.status().message());
    methods.push_back(*std::move(method));
  }
  if (methods.empty()) {
    return absl::FailedPreconditionError(
        "no webhook secret: name a file with --webhook-secret-file or --webhook-auth-file, or take "
        "webhooks from anyone with --insecure-no-auth");
  }
  return AuthPolicy(std::move(methods));
}

}  // namespace autopulse::callevents::adapter::auth
