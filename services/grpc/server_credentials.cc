#include "services/grpc/server_credentials.h"

#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::rpc {
namespace {

constexpr unsigned int kSecondsBetweenLooks = 2;  // at the files

absl::string_view ViewOf(const grpc_slice& slice) {
  return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
}

void AppendProperties(const grpc_auth_context* context, const char* name,
                      std::vector<std::string>& values) {
  grpc_auth_property_iterator found = grpc_auth_context_find_properties_by_name(context, name);
  while (const grpc_auth_property* property = grpc_auth_property_iterator_next(&found)) {
    values.emplace_back(property->value, property->value_length);
  }
}

Arrival ArrivalOf(const grpc_auth_context* context, const grpc_metadata* metadata,
                  std::size_t size) {
  Arrival arrival;
  for (std::size_t i = 0; i < size; ++i) {
    const absl::string_view key = ViewOf(metadata[i].key);
    if (key == ":path") arrival.path = std::string(ViewOf(metadata[i].value));
    if (key == "authorization") {
      arrival.authorization.emplace_back(ViewOf(metadata[i].value));
    }
  }
  AppendProperties(context, GRPC_X509_SAN_PROPERTY_NAME, arrival.certificate);
  AppendProperties(context, GRPC_X509_CN_PROPERTY_NAME, arrival.certificate);
  return arrival;
}

// Runs before the message of a request is read, on a thread of gRPC.
void Process(void* gatekeeper, grpc_auth_context* context, const grpc_metadata* metadata,
             std::size_t size, grpc_process_auth_metadata_done_cb done, void* user_data) {
  const absl::Status admitted =
      static_cast<Gatekeeper*>(gatekeeper)->Admit(ArrivalOf(context, metadata, size));
  done(user_data, nullptr, 0, nullptr, 0, static_cast<grpc_status_code>(admitted.code()),
       admitted.ok() ? nullptr : std::string(admitted.message()).c_str());
}

// Credentials of the core library. Those of the C++ one take no gatekeeper in plain text.
class GuardedCredentials final : public grpc::ServerCredentials {
 public:
  GuardedCredentials(grpc_server_credentials* core, Gatekeeper& gatekeeper) : core_(core) {
    if (!gatekeeper.AsksForCredentials()) return;  // and pay nothing for it
    grpc_server_credentials_set_auth_metadata_processor(
        core_, {.process = &Process, .destroy = nullptr, .state = &gatekeeper});
  }
  ~GuardedCredentials() override { grpc_server_credentials_release(core_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), core_);
  }

  grpc_server_credentials* const core_;
};

absl::Status Unusable(absl::string_view what, const std::string& file, absl::string_view why) {
  return absl::FailedPreconditionError(
      absl::StrCat("the ", what, " '", file, "' cannot be used: ", why));
}

std::string OpenSslReason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "it is no PEM file" : reason;
}

// gRPC would take any files without a sound, and then refuse every client.
absl::Status Check(const TlsFiles& files) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()),
                                                                  &SSL_CTX_free);
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    return Unusable("TLS certificate", files.certificate, OpenSslReason());
  }
  const X509* certificate = SSL_CTX_get0_certificate(context.get());
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
    return Unusable("TLS certificate", files.certificate, "it has expired");
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return Unusable("TLS key", files.key, OpenSslReason());
  }
  const std::string& authority = files.client_authority;
  if (!authority.empty() &&
      SSL_CTX_load_verify_locations(context.get(), authority.c_str(), nullptr) != 1) {
    return Unusable("client authority", authority, OpenSslReason());
  }
  return absl::OkStatus();
}

grpc_server_credentials* MakeTls(const TlsFiles& files) {
  namespace tls = grpc::experimental;
  const bool asks = !files.client_authority.empty();
  const auto provider =
      asks ? std::make_shared<tls::FileWatcherCertificateProvider>(
                 files.key, files.certificate, files.client_authority, kSecondsBetweenLooks)
           : std::make_shared<tls::FileWatcherCertificateProvider>(files.key, files.certificate,
                                                                   kSecondsBetweenLooks);
  tls::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  if (asks) options.watch_root_certs();
  options.set_cert_request_type(asks ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                     : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return grpc_tls_server_credentials_create(options.c_credentials_options());
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const TlsFiles& files, Gatekeeper& gatekeeper) {
  if (files.certificate.empty()) {
    return std::make_shared<GuardedCredentials>(grpc_insecure_server_credentials_create(),
                                                gatekeeper);
  }
  RETURN_IF_ERROR(Check(files));
  return std::make_shared<GuardedCredentials>(MakeTls(files), gatekeeper);
}

}  // namespace autopulse::callevents::rpc
