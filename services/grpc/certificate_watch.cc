#include "services/grpc/certificate_watch.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <utility>

#include "services/base/log.h"

namespace autopulse::callevents::rpc {
namespace {

constexpr int kHoursOfDay = 24;
constexpr absl::Duration kExpiresSoon = absl::Hours(14 * kHoursOfDay);

// How long the certificate in a file is still valid; negative once it has expired.
std::optional<absl::Duration> LifetimeOf(const std::string& file) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_file(file.c_str(), "r"), &BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      bio == nullptr ? nullptr : PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr),
      &X509_free);
  ERR_clear_error();
  if (certificate == nullptr) return std::nullopt;
  int days = 0;
  int seconds = 0;
  ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate.get()));
  return absl::Hours(days * kHoursOfDay) + absl::Seconds(seconds);
}

}  // namespace

CertificateWatch::CertificateWatch(std::string file, absl::Duration interval)
    : file_(std::move(file)),
      interval_(interval),
      thread_("certificates", [this](base::Pause& pause) {
        while (!pause.For(interval_)) Look();
      }) {
  Look();
}

void CertificateWatch::Look() const {
  const std::optional<absl::Duration> left = LifetimeOf(file_);
  if (!left.has_value() || *left >= kExpiresSoon) return;
  if (*left <= absl::ZeroDuration()) {
    base::LogError("the TLS certificate has expired", {{"file", file_}});
  } else {
    base::LogWarning("the TLS certificate expires soon",
                     {{"file", file_}, {"days", *left / absl::Hours(kHoursOfDay)}});
  }
}

}  // namespace autopulse::callevents::rpc
