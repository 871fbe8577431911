#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "adapter/http/dispatcher.h"
#include "adapter/http/event_loop.h"
#include "adapter/http/request.h"
#include "adapter/http/sender_policy.h"
#include "adapter/http/tls.h"
#include "services/base/counters.h"

namespace autopulse::callevents::adapter::http {

// An HTTP/1.1 server: an event loop that collects requests and has them handled, and threads for
// what may block.
class Server {
 public:
  struct Options {
    std::string listen = "127.0.0.1:8080";  // HOST:PORT; port 0 takes a free one
    Dispatcher::Options dispatcher = {};
    SenderPolicy::Options senders = {};
    std::shared_ptr<TlsListener> tls = nullptr;  // none: plain HTTP
    EventLoop::Options loop = {};
  };

  // `handler` and `counters` must outlive the server.
  Server(const Options& options, RequestHandler& handler, base::Counters& counters);

  // Stops the server.
  ~Server();

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
  class Running;

  const Options options_;
  RequestHandler& handler_;
  base::Counters& counters_;
  int port_ = 0;
  std::unique_ptr<Running> running_;
};

}  // namespace autopulse::callevents::adapter::http
