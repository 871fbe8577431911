#include "services/grpc/certificate_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/wait_until.h"

namespace autopulse::callevents::rpc {
namespace {

using testing::HasSubstr;

// Writes a certificate, signed by itself, that is valid for so many days from now on.
std::string CertificateOf(int days) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  constexpr long kDay = 24 * 60 * 60;
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay * 30);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kDay * days + kDay / 2);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  std::string path = absl::StrCat(testing::TempDir(), "certificate_watch.pem");
  std::FILE* const file = std::fopen(path.c_str(), "w");
  PEM_write_X509(file, certificate.get());
  std::fclose(file);
  return path;
}

// What is logged on the first look.
std::string LoggedOf(const std::string& file) {
  testing::internal::CaptureStderr();
  { const CertificateWatch watch(file); }
  return testing::internal::GetCapturedStderr();
}

TEST(CertificateWatchTest, WarnsFourteenDaysAhead) {  // FT63
  EXPECT_THAT(LoggedOf(CertificateOf(13)), HasSubstr("expires soon"));
  EXPECT_THAT(LoggedOf(CertificateOf(13)), HasSubstr("days=13"));
  EXPECT_EQ(LoggedOf(CertificateOf(14)), "");
}

TEST(CertificateWatchTest, SaysThatItHasExpired) {
  EXPECT_THAT(LoggedOf(CertificateOf(-2)), HasSubstr("error the TLS certificate has expired"));
}

TEST(CertificateWatchTest, PassesOverAFileThatCannotBeRead) {
  EXPECT_EQ(LoggedOf("/nowhere/service.pem"), "");
}

TEST(CertificateWatchTest, LooksAgain) {
  const std::string file = CertificateOf(90);
  testing::internal::CaptureStderr();
  std::string log;
  {
    const CertificateWatch watch(file, absl::Milliseconds(1));
    CertificateOf(3);
    WaitUntil(
        [&] {
          log += testing::internal::GetCapturedStderr();
          testing::internal::CaptureStderr();
          return absl::StrContains(log, "expires soon");
        },
        "the warning");
  }
  testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("days=3"));
}

}  // namespace
}  // namespace autopulse::callevents::rpc
