#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "adapter/auth/webhook_auth.h"
#include "adapter/http/server.h"
#include "adapter/webhook_handler.h"
#include "services/base/counters.h"

namespace autopulse::callevents::adapter {

// The HTTP server that VAPI posts to:
//
//   POST /webhooks/vapi, POST /api/v1/webhooks/vapi-webhook   one webhook
//   GET /healthz                                              {"status":"ok"}
//
// Every answer is JSON. A request is judged by its head before its body is read.
class WebhookServer final : private http::RequestHandler {
 public:
  using Options = http::Server::Options;

  // `handler` and `counters` must outlive the server.
  WebhookServer(const Options& options, WebhookAuth auth, const WebhookHandler& handler,
                base::Counters& counters);

  // Stops the server.
  ~WebhookServer() override { Stop(); }

  // As those of http::Server.
  absl::Status Start(std::function<void()> on_failure);
  int port() const { return server_.port(); }
  void Stop() { server_.Stop(); }

 private:
  http::HeadVerdict JudgeHead(const http::RequestHead& head, const http::Address& peer) override;
  std::optional<HttpAnswer> Handle(std::unique_ptr<http::Exchange>& exchange) override;
  void OnRoundEnd() override { handler_.Flush(); }

  std::optional<HttpAnswer> HandleWebhook(std::unique_ptr<http::Exchange>& exchange);

  const WebhookAuth auth_;
  const WebhookHandler& handler_;
  base::Counters& counters_;
  http::Server server_;
};

}  // namespace autopulse::callevents::adapter
