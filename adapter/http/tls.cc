#include "adapter/http/tls.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::adapter::http {
namespace {

// What names our sessions, so that one of another server is not resumed with us.
constexpr unsigned char kSessionContext[] = "vapi-webhook-adapter";

constexpr std::uint64_t kOptions =
    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE;

// A write may be taken in part and gone on with from elsewhere; an idle connection keeps no
// buffers.
constexpr long kModes =
    SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS;

// How often one call reads of the socket, twice for a record. OpenSSL goes on until it has bytes to
// give out, and some records never give any.
constexpr int kReadsAtATime = 32;

// OpenSSL's reason for the last failure of this thread.
absl::Status Failure(absl::string_view what, absl::string_view file) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return absl::FailedPreconditionError(
      absl::StrCat(what, " '", file, "': ", reason == nullptr ? "unknown reason" : reason));
}

// TLS over a socket that it does not own.
class TlsTransport final : public Transport {
 public:
  TlsTransport(SSL_CTX* context, int socket) : ssl_(SSL_new(context)), socket_(socket) {
    if (ssl_ == nullptr || SSL_set_fd(ssl_.get(), socket) != 1) {
      ssl_.reset();
      return;
    }
    BIO_set_callback_ex(SSL_get_rbio(ssl_.get()), CountRead);
    BIO_set_callback_arg(SSL_get_rbio(ssl_.get()), reinterpret_cast<char*>(this));
    SSL_set_accept_state(ssl_.get());
  }

  Transfer Receive(char* target, std::size_t size) override {
    if (ssl_ == nullptr) return {};
    ERR_clear_error();
    reads_left_ = kReadsAtATime;
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_.get(), target, size, &count);
    const Transfer received = Outcome(result, count);
    const bool was_cut_short = received.result == Transfer::Result::kWouldBlock && reads_left_ < 0;
    return was_cut_short ? Transfer{Transfer::Result::kPaused} : received;
  }

  Transfer Send(absl::string_view bytes) override {
    if (ssl_ == nullptr) return {};
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
    return Outcome(result, count);
  }

  void FinishSending() override {
    if (ssl_ != nullptr && !has_failed_ && SSL_is_init_finished(ssl_.get()) != 0) {
      SSL_shutdown(ssl_.get());
    }
    ERR_clear_error();
    shutdown(socket_, SHUT_WR);
  }

  // What OpenSSL has read of the socket it need not have given out yet.
  bool short_receive_drains() const override { return false; }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  // Called by OpenSSL before and after whatever it does with the socket; what it gets with
  // `result` is returned. A read too many is put off as if the socket were empty.
  static long CountRead(BIO* socket, int operation, const char* /*data*/, std::size_t /*size*/,
                        int /*argument*/, long /*value*/, int result, std::size_t* /*done*/) {
    if (operation != BIO_CB_READ) return result;
    auto& transport = *reinterpret_cast<TlsTransport*>(BIO_get_callback_arg(socket));
    if (--transport.reads_left_ >= 0) return result;
    BIO_set_retry_read(socket);
    return -1;
  }

  Transfer Outcome(int result, std::size_t count) {
    if (result == 1) return {Transfer::Result::kDone, count};
    const int error = SSL_get_error(ssl_.get(), result);
    // Either way all is tried again when something happens to the socket.
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
      return {Transfer::Result::kWouldBlock, 0};
    }
    has_failed_ = error != SSL_ERROR_ZERO_RETURN;
    return {Transfer::Result::kClosed, 0};
  }

  std::unique_ptr<SSL, Free> ssl_;
  const int socket_;
  int reads_left_ = kReadsAtATime;  // for this call; less than zero once one was refused
  bool has_failed_ = false;         // then nothing may be said any more, not even goodbye
};

absl::Status AskForCertificates(SSL_CTX* context, const std::string& client_ca) {
  if (SSL_CTX_load_verify_file(context, client_ca.c_str()) != 1) {
    return Failure("cannot use the client certificate authorities", client_ca);
  }
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(client_ca.c_str()));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TlsListener::Context> TlsListener::Load(const TlsFiles& files) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return Failure("cannot use TLS", "OpenSSL");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), kOptions);
  SSL_CTX_set_mode(context.get(), kModes);
  SSL_CTX_set_session_id_context(context.get(), kSessionContext, sizeof(kSessionContext) - 1);
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    return Failure("cannot use the certificate", files.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return Failure("cannot use the key", files.key);
  }
  if (files.client_ca.empty()) return context;
  const absl::Status asked = AskForCertificates(context.get(), files.client_ca);
  if (!asked.ok()) return asked;
  return context;
}

absl::StatusOr<std::shared_ptr<TlsListener>> TlsListener::Open(const TlsFiles& files) {
  absl::StatusOr<Context> context = Load(files);
  if (!context.ok()) return context.status();
  return std::shared_ptr<TlsListener>(new TlsListener(files, *std::move(context)));
}

absl::Status TlsListener::Reload() {
  absl::StatusOr<Context> context = Load(files_);
  if (!context.ok()) return context.status();
  const absl::MutexLock lock(&mutex_);
  context_ = *std::move(context);  // connections that have the old one keep it alive
  return absl::OkStatus();
}

std::unique_ptr<Transport> TlsListener::Accept(int socket) const {
  const absl::MutexLock lock(&mutex_);
  return std::make_unique<TlsTransport>(context_.get(), socket);
}

}  // namespace autopulse::callevents::adapter::http
