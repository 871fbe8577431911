#include "adapter/auth/methods.h"

#include <utility>

namespace autopulse::callevents::adapter::auth {
namespace {

using http::RequestHead;

// The value of a header that must be there once; what is wrong with it goes into `finding`.
absl::string_view OneValue(const RequestHead& head, const std::string& name, Finding& finding) {
  const std::size_t count = head.Count(name);
  const absl::string_view value = head.First(name);
  if (count == 1 && !value.empty()) return value;
  finding.refusal = count > 1    ? Refusal::kDuplicateHeader
                    : count == 0 ? Refusal::kMissingHeader
                                 : Refusal::kMalformedHeader;
  finding.header = name;
  return "";
}

Finding Refuse(Finding finding, Refusal refusal, const std::string& header) {
  finding.refusal = refusal;
  finding.header = header;
  return finding;
}

Finding FindToken(const TokenMethod& method, const RequestHead& head) {
  Finding finding;
  absl::string_view token = OneValue(head, method.header, finding);
  if (finding.refusal != Refusal::kNone) return finding;
  if (method.bearer_prefix) {
    const auto behind_prefix = ParseBearer(token);
    if (!behind_prefix) return Refuse(finding, Refusal::kMalformedHeader, method.header);
    token = *behind_prefix;
  }
  // Digests are compared, not texts: they are of one length, whatever was sent. Every one of them,
  // so that the time does not tell which secret it was.
  const std::string sent = Sha256(token);
  for (std::size_t i = 0; i < method.digests.size(); ++i) {
    if (EqualsInConstantTime(sent, method.digests[i])) finding.secret = i;
  }
  return finding.secret ? finding : Refuse(finding, Refusal::kWrongSecret, method.header);
}

std::vector<std::string> Signatures(const SignatureMethod& method, absl::string_view value) {
  if (method.style == SignatureStyle::kStandardWebhooks) return ParseStandardSignatures(value);
  auto signature = ParsePrefixedSignature(value, method.prefix, method.encoding);
  if (!signature) return {};
  return {*std::move(signature)};
}

// The signatures, once everything about the head is right; else none, and `finding` says why.
std::vector<std::string> ReadSignatureHead(const SignatureMethod& method, const RequestHead& head,
                                           absl::Time now, Finding& finding) {
  const absl::string_view value = OneValue(head, method.signature_header, finding);
  if (finding.refusal != Refusal::kNone) return {};
  std::vector<std::string> signatures;
  for (std::string& signature : Signatures(method, value)) {
    if (signature.size() == DigestSize(method.algorithm)) {
      signatures.push_back(std::move(signature));
    }
  }
  if (signatures.empty()) {
    finding = Refuse(finding, Refusal::kMalformedHeader, method.signature_header);
    return {};
  }
  if (!method.message_id_header.empty()) {
    OneValue(head, method.message_id_header, finding);
    if (finding.refusal != Refusal::kNone) return {};
  }
  if (method.timestamp_header.empty()) return signatures;
  const absl::string_view timestamp = OneValue(head, method.timestamp_header, finding);
  if (finding.refusal != Refusal::kNone) return {};
  finding.timestamp = ParseTimestamp(timestamp);
  if (!finding.timestamp) {
    finding = Refuse(finding, Refusal::kMalformedHeader, method.timestamp_header);
  } else if (now - *finding.timestamp > method.max_age) {
    finding = Refuse(finding, Refusal::kStale, method.timestamp_header);
  } else if (*finding.timestamp - now > method.max_ahead) {
    finding = Refuse(finding, Refusal::kFuture, method.timestamp_header);
  }
  return finding.refusal == Refusal::kNone ? signatures : std::vector<std::string>();
}

Finding FindSignature(const SignatureMethod& method, const RequestHead& head,
                      absl::string_view body, absl::Time now) {
  Finding finding;
  const std::vector<std::string> signatures = ReadSignatureHead(method, head, now, finding);
  if (finding.refusal != Refusal::kNone) return finding;
  const std::vector<absl::string_view> pieces = SignedPieces(method, head, body);
  for (std::size_t i = 0; i < method.secrets.size(); ++i) {
    Hmac hmac(method.algorithm, method.secrets[i]);
    for (const absl::string_view piece : pieces) hmac.Update(piece);
    const std::string expected = hmac.Finish();
    for (const std::string& signature : signatures) {
      if (EqualsInConstantTime(signature, expected)) finding.secret = i;
    }
  }
  return finding.secret ? finding
                        : Refuse(finding, Refusal::kBadSignature, method.signature_header);
}

}  // namespace

absl::string_view RefusalName(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone:
      return "none";
    case Refusal::kMissingHeader:
      return "missing_header";
    case Refusal::kMalformedHeader:
      return "malformed_header";
    case Refusal::kWrongSecret:
      return "wrong_secret";
    case Refusal::kStale:
      return "stale";
    case Refusal::kFuture:
      return "future";
    case Refusal::kBadSignature:
      return "bad_signature";
    case Refusal::kDuplicateHeader:
      return "duplicate_header";
  }
  return "";
}

std::vector<std::string> HeadersOf(const Method& method) {
  if (const auto* const token = std::get_if<TokenMethod>(&method)) return {token->header};
  const auto& signature = std::get<SignatureMethod>(method);
  std::vector<std::string> headers = {signature.signature_header};
  for (const std::string& header : {signature.message_id_header, signature.timestamp_header}) {
    if (!header.empty()) headers.push_back(header);
  }
  return headers;
}

Finding FindInHead(const Method& method, const http::RequestHead& head, absl::Time now) {
  if (const auto* const token = std::get_if<TokenMethod>(&method)) return FindToken(*token, head);
  Finding finding;
  ReadSignatureHead(std::get<SignatureMethod>(method), head, now, finding);
  return finding;
}

Finding FindInWhole(const Method& method, const http::RequestHead& head, absl::string_view body,
                    absl::Time now) {
  if (const auto* const token = std::get_if<TokenMethod>(&method)) return FindToken(*token, head);
  return FindSignature(std::get<SignatureMethod>(method), head, body, now);
}

std::vector<absl::string_view> SignedPieces(const SignatureMethod& method,
                                            const http::RequestHead& head, absl::string_view body) {
  const auto value = [&head](const std::string& name) {
    return name.empty() ? absl::string_view() : head.First(name);
  };
  return method.payload.Pieces({.body = body,
                                .timestamp = value(method.timestamp_header),
                                .method = head.method,
                                .url = method.url,
                                .message_id = value(method.message_id_header)});
}

}  // namespace autopulse::callevents::adapter::auth
