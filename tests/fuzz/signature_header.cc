// Any head and body before every way of authentication: none lets in who does not know a secret.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/auth/auth_policy.h"
#include "adapter/auth/methods.h"

namespace autopulse::callevents::adapter::auth {
namespace {

constexpr std::size_t kSha256Bytes = 32;

SignatureMethod Signed(absl::string_view format) {
  SignatureMethod method;
  method.payload = *PayloadFormat::Parse(format);
  method.secrets = {"a secret that no fuzzer finds, ever"};
  return method;
}

std::vector<AuthPolicy> Policies() {
  TokenMethod token;
  token.header = "x-vapi-secret";
  token.digests = {std::string(kSha256Bytes, '\x5a')};
  TokenMethod bearer = token;
  bearer.header = "authorization";
  bearer.bearer_prefix = true;
  SignatureMethod hex = Signed("{timestamp}.{body}");
  hex.prefix = "sha256=";
  SignatureMethod base64 = Signed("{method}{url}{body}");
  base64.encoding = SignatureEncoding::kBase64;
  base64.timestamp_header.clear();
  SignatureMethod standard = Signed("{svix-id}.{timestamp}.{body}");
  standard.style = SignatureStyle::kStandardWebhooks;
  standard.signature_header = "webhook-signature";
  standard.timestamp_header = "webhook-timestamp";
  standard.message_id_header = "webhook-id";
  std::vector<AuthPolicy> policies;
  for (const Method& method : std::vector<Method>{token, bearer, hex, base64, standard}) {
    policies.emplace_back(std::vector<Method>{method});
  }
  policies.emplace_back(std::vector<Method>{token, bearer, hex, base64, standard});
  return policies;
}

void Run(absl::string_view text) {
  static const std::vector<AuthPolicy>& policies = *new std::vector<AuthPolicy>(Policies());
  const std::size_t end = text.find("\r\n\r\n");
  const std::string head_text = absl::StrCat(text.substr(0, end), "\r\n\r\n");
  const absl::string_view body = end == absl::string_view::npos ? "" : text.substr(end + 4);
  http::RequestHead head;
  http::ParseHead(head_text, http::HeadLimits(), head);  // what it can of it
  const absl::Time now = absl::FromUnixSeconds(1'756'800'000);
  for (const AuthPolicy& policy : policies) {
    const Verdict early = policy.AuthenticateHead(head, now);
    if (early.refusal == Refusal::kNone && !early.needs_body) std::abort();
    if (policy.AuthenticateWhole(head, body, now).refusal == Refusal::kNone) std::abort();
  }
}

}  // namespace
}  // namespace autopulse::callevents::adapter::auth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  autopulse::callevents::adapter::auth::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
