#include "adapter/http/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/string_view.h"
#include "tests/adapter/raw_http.h"
#include "tests/adapter/served_adapter.h"
#include "tests/temporary_folder.h"
#include "tests/wait_until.h"

namespace autopulse::callevents::adapter {
namespace {

using testing::StartsWith;

// Writes a key and its certificate, signed by itself, to a file.
void WriteCertificate(const std::string& path) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  std::FILE* const file = std::fopen(path.c_str(), "w");
  PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_X509(file, certificate.get());
  std::fclose(file);
}

// A client of TLS 1.3 that believes every certificate. Used by one thread.
class TlsClient {
 public:
  explicit TlsClient(int port) : socket_(ConnectTo(port)) {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_3_VERSION);
    SSL_set_fd(ssl_.get(), socket_);
  }

  ~TlsClient() { close(socket_); }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool Connect() { return SSL_connect(ssl_.get()) == 1; }

  // Sends a message that changes the key, and none of the bytes that are encrypted with it.
  bool UpdateKey() {
    return SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
           SSL_do_handshake(ssl_.get()) == 1;
  }

  // Sends `request`. What comes first of the answer, empty if nothing does.
  std::string Ask(absl::string_view request) {
    if (SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size())) <= 0) return "";
    char buffer[4096];
    const int count = SSL_read(ssl_.get(), buffer, sizeof(buffer));
    return count <= 0 ? "" : std::string(buffer, static_cast<std::size_t>(count));
  }

 private:
  int socket_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()),
                                                             &SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{SSL_new(context_.get()), &SSL_free};
};

using TlsTest = ServedAdapter;

TEST_F(TlsTest, FloodOfKeyUpdatesKeepsNobodyOut) {
  const TemporaryFolder folder;
  const std::string pem = folder / "both.pem";
  WriteCertificate(pem);
  auto tls = http::TlsListener::Open({.certificate = pem, .key = pem, .client_ca = ""});
  ASSERT_TRUE(tls.ok()) << tls.status();
  http::Server::Options options;
  options.tls = *tls;
  Start(options, WebhookAuth());

  std::atomic<int> updates{0};
  std::atomic<bool> is_over{false};
  std::thread flood([&] {
    while (!is_over) {
      TlsClient client(server_->port());
      if (!client.Connect()) continue;
      while (!is_over && client.UpdateKey()) ++updates;
    }
  });
  WaitUntil([&] { return updates > 1000; }, "the flood to begin");
  for (int i = 0; i < 20; ++i) {
    TlsClient client(server_->port());
    EXPECT_TRUE(client.Connect());
    ASSERT_THAT(client.Ask("GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n"),
                StartsWith("HTTP/1.1 200 "))
        << i;
  }
  is_over = true;
  flood.join();
}

}  // namespace
}  // namespace autopulse::callevents::adapter
