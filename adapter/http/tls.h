#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "adapter/http/transport.h"

namespace autopulse::callevents::adapter::http {

// What a listener's TLS is made of, PEM files all of them.
struct TlsFiles {
  std::string certificate;  // the chain, the listener's own first
  std::string key;
  std::string client_ca;  // senders need a certificate of one of these; empty: they need none
};

// The server's side of TLS 1.2 and 1.3. Thread-safe.
class TlsListener {
 public:
  // Fails with FAILED_PRECONDITION and a sentence that names the file if one does not do, or the
  // key is not the certificate's.
  static absl::StatusOr<std::shared_ptr<TlsListener>> Open(const TlsFiles& files);

  // Reads the files again, for connections to come. If anything is wrong with them all stays as it
  // is; the error is `Open`'s.
  absl::Status Reload();

  // TLS over a connected socket that does not block. The handshake happens with the first bytes.
  std::unique_ptr<Transport> Accept(int socket) const;

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  using Context = std::unique_ptr<SSL_CTX, Free>;

  TlsListener(TlsFiles files, Context context)
      : files_(std::move(files)), context_(std::move(context)) {}

  static absl::StatusOr<Context> Load(const TlsFiles& files);

  const TlsFiles files_;
  mutable absl::Mutex mutex_;
  Context context_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace autopulse::callevents::adapter::http
