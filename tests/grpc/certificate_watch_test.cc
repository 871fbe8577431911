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
#include "tests/temporary_folder.h"
#include "tests/wait_until.h"

namespace autopulse::callevents::rpc {
namespace {

using testing::HasSubstr;

// Writes a certificate, signed by itself, that is valid for so many days from now on, to a file.
void WriteCertificate(const std::string& path, int days) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  constexpr long kDay = 24 * 60 * 60;
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay * 30);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kDay * days + kDay / 2);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  std::FILE* const file = std::fopen(path.c_str(), "w");
  PEM_write_X509(file, certificate.get());
  std::fclose(file);
}

// What is logged on the first look.
std::string LogOfFirstLook(const std::string& file) {
  testing::internal::CaptureStderr();
  { const CertificateWatch watch(file); }
  return testing::internal::GetCapturedStderr();
}

class CertificateWatchTest : public testing::Test {
 protected:
  // What is logged on the first look at a certificate that is valid for so many days.
  std::string LoggedOf(int days) const {
    WriteCertificate(file_, days);
    return LogOfFirstLook(file_);
  }

  const TemporaryFolder folder_;
  const std::string file_ = folder_ / "service.pem";
};

TEST_F(CertificateWatchTest, WarnsFourteenDaysAhead) {  // FT63
  EXPECT_THAT(LoggedOf(13), HasSubstr("expires soon"));
  EXPECT_THAT(LoggedOf(13), HasSubstr("days=13"));
  EXPECT_EQ(LoggedOf(14), "");
}

TEST_F(CertificateWatchTest, SaysThatItHasExpired) {
  EXPECT_THAT(LoggedOf(-2), HasSubstr("error the TLS certificate has expired"));
}

TEST_F(CertificateWatchTest, PassesOverAFileThatCannotBeRead) {
  EXPECT_EQ(LogOfFirstLook("/nowhere/service.pem"), "");
}

TEST_F(CertificateWatchTest, LooksAgain) {
  WriteCertificate(file_, 90);
  testing::internal::CaptureStderr();
  std::string log;
  {
    const CertificateWatch watch(file_, absl::Milliseconds(1));
    WriteCertificate(file_, 3);
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
