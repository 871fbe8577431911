#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "adapter/auth/webhook_auth.h"
#include "adapter/webhook_handler.h"

namespace autopulse::callevents::adapter {

// The HTTP server that VAPI posts to:
//
//   POST /webhooks/vapi, POST /api/v1/webhooks/vapi-webhook   one webhook
//   GET /healthz                                              {"status":"ok"}
//
// Every answer is JSON. A request is judged by its head before its body is read.
class WebhookServer {
 public:
  struct Options {
    std::string listen = "127.0.0.1:8080";            // HOST:PORT; port 0 takes a free one
    int threads = 64;                                 // requests handled at a time
    absl::Duration idle_timeout = absl::Seconds(60);  // of a connection between two requests
    absl::Duration read_timeout = absl::Seconds(10);
    absl::Duration write_timeout = absl::Seconds(10);
    absl::Duration request_deadline = absl::Seconds(20);  // for a request to arrive whole
  };

  // `handler` and `counters` must outlive the server.
  WebhookServer(const Options& options, WebhookAuth auth, const WebhookHandler& handler,
                base::Counters& counters);

  // Stops the server.
  ~WebhookServer();

  // Binds the address and begins to accept. `on_failure` is called, on another thread, if accepting
  // ends without `Stop`.
  //
  // Fails with INVALID_ARGUMENT for an address that is no HOST:PORT, with UNAVAILABLE and a
  // sentence if it cannot be bound.
  absl::Status Start(std::function<void()> on_failure);

  // The port that it listens on, once started.
  int port() const;

  // Stops accepting, finishes the requests that have begun, closes the connections. May be called
  // again.
  void Stop();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace autopulse::callevents::adapter
