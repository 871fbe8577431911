#include "adapter/auth/explanation.h"

#include <cstddef>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace autopulse::callevents::adapter::auth {
namespace {

using http::RequestHead;

std::string TitleOf(const Method& method) {
  if (const auto* const token = std::get_if<TokenMethod>(&method)) {
    return absl::StrCat(token->bearer_prefix ? "bearer" : "secret", " in ", token->header);
  }
  const auto& signature = std::get<SignatureMethod>(method);
  return absl::StrCat(
      signature.style == SignatureStyle::kStandardWebhooks ? "standard-webhooks" : "hmac", " ",
      AlgorithmName(signature.algorithm), " in ", signature.signature_header);
}

// Whether every header is there once.
bool ExplainHeaders(const Method& method, const RequestHead& head, std::vector<Step>& steps) {
  bool all = true;
  for (const std::string& header : HeadersOf(method)) {
    const std::vector<absl::string_view> values = head.Values(header);
    const bool once = values.size() == 1;
    steps.push_back({once, once ? absl::StrCat(header, " is there, ", values[0].size(), " bytes")
                                : absl::StrCat(header, " is there ", values.size(),
                                               " times, it must be there once")});
    all = all && once;
  }
  return all;
}

std::string Expected(const Method& method, const std::string& header) {
  const auto* const signature = std::get_if<SignatureMethod>(&method);
  if (signature == nullptr) return "expected `Bearer `, and a token behind it";
  if (header != signature->signature_header) {
    return header == signature->timestamp_header ? "expected digits, seconds or milliseconds"
                                                 : "expected a text";
  }
  if (signature->style == SignatureStyle::kStandardWebhooks) {
    return "expected `v1,` and a signature in base64";
  }
  return absl::StrCat(
      "expected ", signature->prefix.empty() ? "" : absl::StrCat("`", signature->prefix, "` and "),
      DigestSize(signature->algorithm), " bytes in ",
      signature->encoding == SignatureEncoding::kHex ? "hex" : "base64");
}

std::string Offset(absl::Time timestamp, absl::Time now) {
  const absl::Duration age = now - timestamp;
  return age < absl::ZeroDuration() ? absl::StrCat(absl::FormatDuration(-age), " ahead")
                                    : absl::StrCat(absl::FormatDuration(age), " old");
}

void ExplainTimestamp(const SignatureMethod& method, const RequestHead& head,
                      const Finding& finding, absl::Time now, std::vector<Step>& steps) {
  if (!finding.timestamp) return;
  const absl::string_view sent = head.Values(method.timestamp_header).front();
  const bool in_window = finding.refusal != Refusal::kStale && finding.refusal != Refusal::kFuture;
  steps.push_back(
      {in_window,
       absl::StrCat(method.timestamp_header, " is in ",
                    IsInMilliseconds(sent) ? "milliseconds" : "seconds", ", ",
                    absl::FormatTime(absl::RFC3339_full, *finding.timestamp, absl::UTCTimeZone()),
                    ": ", Offset(*finding.timestamp, now), ", allowed are ",
                    absl::FormatDuration(method.max_age), " back and ",
                    absl::FormatDuration(method.max_ahead), " ahead")});
}

void ExplainPayload(const SignatureMethod& method, const RequestHead& head, absl::string_view body,
                    std::vector<Step>& steps) {
  const std::string payload = absl::StrJoin(SignedPieces(method, head, body), "");
  steps.push_back(
      {true, absl::StrCat("signed is ", method.payload.text(), ": ", payload.size(),
                          " bytes, SHA-256 ", absl::BytesToHexString(Sha256(payload)))});
}

// The mistakes that are made most, tried out.
void GuessMistake(const SignatureMethod& method, const RequestHead& head, absl::string_view body,
                  absl::Time now, std::vector<Step>& steps) {
  absl::string_view without_newline = body;
  absl::ConsumeSuffix(&without_newline, "\n");
  absl::ConsumeSuffix(&without_newline, "\r");
  if (without_newline.size() < body.size() &&
      FindInWhole(method, head, without_newline, now).secret) {
    steps.push_back({false, "it would fit without the new line at the end of the body"});
  }
  SignatureMethod decoding = method;
  for (std::string& secret : decoding.secrets) {
    std::string decoded;
    if (absl::Base64Unescape(secret, &decoded)) secret = std::move(decoded);
  }
  if (FindInWhole(decoding, head, body, now).secret) {
    steps.push_back({false, "it would fit with \"secretIsBase64\": true"});
  }
}

void ExplainSecret(const Method& method, const Finding& finding, std::vector<Step>& steps) {
  const auto* const token = std::get_if<TokenMethod>(&method);
  const std::size_t count =
      token != nullptr ? token->digests.size() : std::get<SignatureMethod>(method).secrets.size();
  steps.push_back({finding.secret.has_value(),
                   finding.secret ? absl::StrCat("secrets[", *finding.secret, "] fits")
                                  : absl::StrCat("none of the ", count, " secrets fits")});
}

std::vector<Step> StepsOf(const Method& method, const RequestHead& head, absl::string_view body,
                          absl::Time now) {
  std::vector<Step> steps;
  if (!ExplainHeaders(method, head, steps)) return steps;
  const Finding finding = FindInWhole(method, head, body, now);
  const auto* const signature = std::get_if<SignatureMethod>(&method);
  if (finding.refusal == Refusal::kMalformedHeader) {
    steps.push_back({false, absl::StrCat(finding.header,
                                         " cannot be read: ", Expected(method, finding.header))});
    return steps;
  }
  if (signature != nullptr) {
    ExplainTimestamp(*signature, head, finding, now, steps);
    if (finding.refusal == Refusal::kStale || finding.refusal == Refusal::kFuture) return steps;
    ExplainPayload(*signature, head, body, steps);
  }
  ExplainSecret(method, finding, steps);
  if (finding.refusal == Refusal::kBadSignature) GuessMistake(*signature, head, body, now, steps);
  return steps;
}

}  // namespace

std::vector<MethodExplanation> Explain(const AuthPolicy& policy, const http::RequestHead& head,
                                       absl::string_view body, absl::Time now) {
  std::vector<MethodExplanation> explanations;
  for (const Method& method : policy.methods()) {
    explanations.push_back(
        {.title = absl::StrCat("methods[", explanations.size(), "]: ", TitleOf(method)),
         .steps = StepsOf(method, head, body, now)});
  }
  return explanations;
}

}  // namespace autopulse::callevents::adapter::auth
