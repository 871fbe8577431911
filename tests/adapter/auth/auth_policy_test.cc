#include "adapter/auth/auth_policy.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "adapter/auth/auth_file.h"
#include "tests/adapter/parsed_head.h"

// A policy out of an authentication file, and requests as bytes.
namespace autopulse::callevents::adapter::auth {
namespace {

constexpr char kBody[] = R"({"message":{"type":"status-update","status":"ringing"}})";
const absl::Time kNow = absl::FromUnixSeconds(1769860800);

AuthPolicy Policy(absl::string_view methods) {
  auto parsed = ParseAuthFile(absl::StrCat(R"({"methods":[)", methods, "]}"));
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return AuthPolicy(*std::move(parsed));
}

std::string Head(absl::string_view headers) {
  return absl::StrCat("POST /webhooks/vapi HTTP/1.1\r\nHost: test\r\n", headers, "\r\n");
}

// What is decided about a request: `allowed`, or why not. The head alone must not allow what the
// body decides, nor refuse what the whole is let in with.
std::string Judge(const AuthPolicy& policy, absl::string_view headers,
                  absl::string_view body = kBody, absl::Time now = kNow) {
  const std::string text = Head(headers);
  const http::RequestHead head = http::ParsedHead(text);
  const Verdict early = policy.AuthenticateHead(head, now);
  const Verdict whole = policy.AuthenticateWhole(head, body, now);
  EXPECT_EQ(early.needs_body ? whole.refusal : early.refusal, whole.refusal) << headers;
  EXPECT_FALSE(whole.needs_body);
  return whole.refusal == Refusal::kNone ? "allowed" : std::string(RefusalName(whole.refusal));
}

std::string Sign(absl::string_view signed_text, absl::string_view key = "k",
                 HashAlgorithm algorithm = HashAlgorithm::kSha256) {
  Hmac hmac(algorithm, key);
  hmac.Update(signed_text);
  return hmac.Finish();
}

// What VAPI sends with its defaults.
std::string Signed(absl::Time time, absl::string_view body = kBody, absl::string_view key = "k") {
  const std::string timestamp = absl::StrCat(absl::ToUnixSeconds(time));
  return absl::StrCat("x-timestamp: ", timestamp, "\r\nx-signature: ",
                      absl::BytesToHexString(Sign(absl::StrCat(timestamp, ".", body), key)),
                      "\r\n");
}

constexpr char kSecretMethod[] = R"({"type":"secret","secrets":["s3cret%41","old"]})";
constexpr char kHmacMethod[] = R"({"type":"hmac","secrets":["new","k"]})";

TEST(AuthPolicyTest, WithoutMethodsEverybodyIsLetIn) {
  EXPECT_EQ(Judge(AuthPolicy(), ""), "allowed");
  EXPECT_EQ(Judge(AuthPolicy(), "X-Vapi-Secret: a\r\nX-Vapi-Secret: b\r\n"), "allowed");
}

TEST(AuthPolicyTest, OnlyTheSecretItselfIsLetIn) {
  const AuthPolicy policy = Policy(kSecretMethod);
  EXPECT_EQ(Judge(policy, "X-Vapi-Secret: s3cret%41\r\n"), "allowed");
  EXPECT_EQ(Judge(policy, "x-vapi-secret:old  \r\n"), "allowed");
  EXPECT_EQ(Judge(policy, ""), "missing_header");
  EXPECT_EQ(Judge(policy, "X-Vapi-Secret:\r\n"), "malformed_header");
  EXPECT_EQ(Judge(policy, "X-Vapi-Secret: s3cretA\r\n"), "wrong_secret");
  EXPECT_EQ(Judge(policy, "X-Vapi-Secret: S3CRET%41\r\n"), "wrong_secret");
  EXPECT_EQ(Judge(policy, "X-Vapi-Secret: s3cret%4\r\n"), "wrong_secret");
}

TEST(AuthPolicyTest, SecretIsDecidedByTheHeadAlone) {
  const AuthPolicy policy = Policy(kSecretMethod);
  EXPECT_FALSE(
      policy.AuthenticateHead(http::ParsedHead(Head("X-Vapi-Secret: old\r\n")), kNow).needs_body);
  EXPECT_EQ(policy.AuthenticateHead(http::ParsedHead(Head("X-Vapi-Secret: x\r\n")), kNow).refusal,
            Refusal::kWrongSecret);
}

TEST(AuthPolicyTest, CredentialIsNamedAndNeverShown) {
  const AuthPolicy policy = Policy(kSecretMethod);
  EXPECT_EQ(
      policy.AuthenticateHead(http::ParsedHead(Head("X-Vapi-Secret: old\r\n")), kNow).credential,
      "methods[0].secrets[1]");
}

TEST(AuthPolicyTest, HeaderThatIsThereTwiceIsRefusedWhateverElseIsRight) {
  const AuthPolicy policy = Policy(absl::StrCat(kSecretMethod, ",", kHmacMethod));
  EXPECT_EQ(Judge(policy, "X-Vapi-Secret: old\r\nX-Vapi-Secret: old\r\n"), "duplicate_header");
  EXPECT_EQ(Judge(policy, "X-Vapi-Secret: old\r\nx-signature: a\r\nX-Signature: b\r\n"),
            "duplicate_header");
}

TEST(AuthPolicyTest, BearerTokenIsReadBehindItsScheme) {
  const AuthPolicy policy = Policy(R"({"type":"bearer","secrets":["tok"]})");
  EXPECT_EQ(Judge(policy, "Authorization: Bearer tok\r\n"), "allowed");
  EXPECT_EQ(Judge(policy, "authorization: bearer tok\r\n"), "allowed");
  EXPECT_EQ(Judge(policy, "Authorization: tok\r\n"), "malformed_header");
  EXPECT_EQ(Judge(policy, "Authorization: Basic tok\r\n"), "malformed_header");
  EXPECT_EQ(Judge(policy, "Authorization: Bearer TOK\r\n"), "wrong_secret");
}

TEST(AuthPolicyTest, BearerHeaderAndPrefixCanBeSet) {
  const AuthPolicy policy = Policy(
      R"({"type":"bearer","headerName":"X-Key","bearerPrefixEnabled":false,"secrets":["tok"]})");
  EXPECT_EQ(Judge(policy, "X-Key: tok\r\n"), "allowed");
  EXPECT_EQ(Judge(policy, "X-Key: Bearer tok\r\n"), "wrong_secret");
  EXPECT_EQ(Judge(policy, "Authorization: tok\r\n"), "missing_header");
}

TEST(AuthPolicyTest, SignatureOverTimestampAndBodyIsLetInBySeveralSecrets) {
  const AuthPolicy policy = Policy(kHmacMethod);
  EXPECT_EQ(Judge(policy, Signed(kNow)), "allowed");
  EXPECT_EQ(Judge(policy, Signed(kNow, kBody, "new")), "allowed");
  EXPECT_EQ(Judge(policy, Signed(kNow, kBody, "gone")), "bad_signature");
}

TEST(AuthPolicyTest, SignatureNeedsTheBodyAndIsNotLetInByTheHead) {
  const Verdict verdict =
      Policy(kHmacMethod).AuthenticateHead(http::ParsedHead(Head(Signed(kNow))), kNow);
  EXPECT_EQ(verdict.refusal, Refusal::kNone);
  EXPECT_TRUE(verdict.needs_body);
  EXPECT_EQ(verdict.credential, "");
}

// FT42: one bit, a text that means the same, a new line at the end.
TEST(AuthPolicyTest, ChangedBodyIsRefused) {
  const AuthPolicy policy = Policy(kHmacMethod);
  std::string flipped = kBody;
  flipped.back() ^= 1;
  for (const std::string& body : {flipped, absl::StrReplaceAll(kBody, {{":", ": "}}),
                                  absl::StrCat(kBody, "\n"), std::string()}) {
    EXPECT_EQ(Judge(policy, Signed(kNow), body), "bad_signature") << body;
  }
}

// FT43: at once, after five minutes, a second later, from the future.
TEST(AuthPolicyTest, SignatureIsOfItsTime) {
  const AuthPolicy policy = Policy(kHmacMethod);
  const auto judge_after = [&policy](absl::Duration age) {
    return Judge(policy, Signed(kNow), kBody, kNow + age);
  };
  EXPECT_EQ(judge_after(absl::ZeroDuration()), "allowed");
  EXPECT_EQ(judge_after(absl::Seconds(300)), "allowed");
  EXPECT_EQ(judge_after(absl::Seconds(301)), "stale");
  EXPECT_EQ(judge_after(-absl::Seconds(60)), "allowed");
  EXPECT_EQ(judge_after(-absl::Seconds(61)), "future");
}

TEST(AuthPolicyTest, StaleSignatureIsRefusedByTheHead) {
  const AuthPolicy policy = Policy(kHmacMethod);
  EXPECT_EQ(policy.AuthenticateHead(http::ParsedHead(Head(Signed(kNow))), kNow + absl::Seconds(301))
                .refusal,
            Refusal::kStale);
}

TEST(AuthPolicyTest, WindowCanBeSet) {
  const AuthPolicy policy =
      Policy(R"({"type":"hmac","secrets":["k"],"maxAgeSeconds":10,"maxAheadSeconds":0})");
  EXPECT_EQ(Judge(policy, Signed(kNow), kBody, kNow + absl::Seconds(10)), "allowed");
  EXPECT_EQ(Judge(policy, Signed(kNow), kBody, kNow + absl::Seconds(11)), "stale");
  EXPECT_EQ(Judge(policy, Signed(kNow), kBody, kNow - absl::Seconds(1)), "future");
}

TEST(AuthPolicyTest, TimestampMayBeInMilliseconds) {
  const std::string text = absl::StrCat(absl::ToUnixMillis(kNow), ".", kBody);
  EXPECT_EQ(Judge(Policy(kHmacMethod),
                  absl::StrCat("x-timestamp: ", absl::ToUnixMillis(kNow),
                               "\r\nx-signature: ", absl::BytesToHexString(Sign(text)), "\r\n")),
            "allowed");
}

TEST(AuthPolicyTest, SignatureHeadersThatAreMissingOrNoneAreTold) {
  const AuthPolicy policy = Policy(kHmacMethod);
  EXPECT_EQ(Judge(policy, ""), "missing_header");
  EXPECT_EQ(Judge(policy, "x-timestamp: 1769860800\r\n"), "missing_header");
  const std::string good = Signed(kNow);
  EXPECT_EQ(Judge(policy, good.substr(good.find("x-signature"))), "missing_header");
  EXPECT_EQ(Judge(policy, absl::StrReplaceAll(good, {{"x-timestamp: ", "x-timestamp: x"}})),
            "malformed_header");
  EXPECT_EQ(Judge(policy, "x-timestamp: 1769860800\r\nx-signature: abcd\r\n"), "malformed_header");
}

TEST(AuthPolicyTest, EveryAlgorithmAndEncodingOfVapiIsTaken) {
  for (const HashAlgorithm algorithm :
       {HashAlgorithm::kSha256, HashAlgorithm::kSha512, HashAlgorithm::kSha1}) {
    const std::string signature = Sign(kBody, "k", algorithm);
    const std::string common =
        absl::StrCat(R"({"type":"hmac","secrets":["k"],"includeTimestamp":false,"allowSha1":true,)",
                     R"("signatureHeader":"X-Sig","signaturePrefix":"s=","algorithm":")",
                     AlgorithmName(algorithm), R"(","signatureEncoding":")");
    EXPECT_EQ(Judge(Policy(absl::StrCat(common, R"(hex"})")),
                    absl::StrCat("X-Sig: s=", absl::BytesToHexString(signature), "\r\n")),
              "allowed");
    EXPECT_EQ(Judge(Policy(absl::StrCat(common, R"(base64"})")),
                    absl::StrCat("X-Sig: s=", absl::Base64Escape(signature), "\r\n")),
              "allowed");
  }
}

TEST(AuthPolicyTest, PayloadFormatMayNameMethodUrlAndMessageId) {
  const AuthPolicy policy = Policy(
      R"({"type":"hmac","secrets":["k"],"messageIdHeader":"svix-id","url":"https://me/hook",)"
      R"("payloadFormat":"{method} {url}|{svix-id}.{timestamp}.{body}!"})");
  const std::string good =
      absl::StrCat("svix-id: msg_1\r\nx-timestamp: 1769860800\r\nx-signature: ",
                   absl::BytesToHexString(
                       Sign(absl::StrCat("POST https://me/hook|msg_1.1769860800.", kBody, "!"))),
                   "\r\n");
  EXPECT_EQ(Judge(policy, good), "allowed");
  EXPECT_EQ(Judge(policy, absl::StrReplaceAll(good, {{"msg_1", "msg_2"}})), "bad_signature");
  EXPECT_EQ(Judge(policy, absl::StrReplaceAll(good, {{"svix-id", "other"}})), "missing_header");
}

TEST(AuthPolicyTest, SecretMayBeBase64) {
  const AuthPolicy policy =
      Policy(R"({"type":"hmac","secretIsBase64":true,"secrets":["aw=="]})");  // k
  EXPECT_EQ(Judge(policy, Signed(kNow)), "allowed");
}

// Made by the npm package `standardwebhooks` 1.1.1.
constexpr char kStandardMethod[] =
    R"({"type":"standard-webhooks","secrets":["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]})";
constexpr char kStandardBody[] = R"({"test": 2432232314})";
constexpr char kStandardHead[] =
    "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\nwebhook-timestamp: 1614265330\r\n"
    "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\r\n";

std::string JudgeStandard(const std::string& headers, absl::string_view body = kStandardBody) {
  return Judge(Policy(kStandardMethod), headers, body, absl::FromUnixSeconds(1614265330));
}

TEST(AuthPolicyTest, StandardWebhooksSignatureIsLetIn) {
  EXPECT_EQ(JudgeStandard(kStandardHead), "allowed");
  EXPECT_EQ(JudgeStandard(absl::StrReplaceAll(kStandardHead, {{"v1,", "v1,AAAA v1a,AAAA v1,"}})),
            "allowed");
}

TEST(AuthPolicyTest, StandardWebhooksSignatureCoversIdAndBody) {
  EXPECT_EQ(JudgeStandard(kStandardHead, R"({"test": 2432232315})"), "bad_signature");
  EXPECT_EQ(JudgeStandard(absl::StrReplaceAll(kStandardHead, {{"msg_p", "msg_q"}})),
            "bad_signature");
  EXPECT_EQ(JudgeStandard(absl::StrReplaceAll(kStandardHead, {{"v1,", "v2,"}})),
            "malformed_header");
}

TEST(AuthPolicyTest, AnyOfSeveralMethodsIsEnough) {
  const AuthPolicy policy = Policy(absl::StrCat(kSecretMethod, ",", kHmacMethod));
  EXPECT_EQ(Judge(policy, "X-Vapi-Secret: old\r\n"), "allowed");
  EXPECT_EQ(Judge(policy, Signed(kNow)), "allowed");
  EXPECT_EQ(Judge(policy, absl::StrCat("X-Vapi-Secret: wrong\r\n", Signed(kNow))), "allowed");
}

TEST(AuthPolicyTest, OfSeveralMethodsTheOneThatCameFurthestSaysWhy) {
  const AuthPolicy policy = Policy(absl::StrCat(kSecretMethod, ",", kHmacMethod));
  EXPECT_EQ(Judge(policy, "X-Vapi-Secret: wrong\r\n"), "wrong_secret");
  EXPECT_EQ(Judge(policy, Signed(kNow, kBody, "gone")), "bad_signature");
  EXPECT_EQ(Judge(policy, ""), "missing_header");
}

}  // namespace
}  // namespace autopulse::callevents::adapter::auth
