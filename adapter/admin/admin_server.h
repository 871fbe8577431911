#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "adapter/admin/admin_api.h"
#include "adapter/auth/auth_policy.h"
#include "adapter/http/server.h"
#include "services/base/counters.h"

namespace autopulse::callevents::adapter {

// The HTTP listener for operators, apart from the one for webhooks: few threads, and nothing
// without a token.
class AdminServer final : private http::RequestHandler {
 public:
  struct Options {
    std::string listen;         // HOST:PORT; port 0 takes a free one
    auth::AuthPolicy policy;    // who may
    bool allow_remote = false;  // listen also where other machines reach it, without TLS
  };

  // `api` and `counters` must outlive the server.
  AdminServer(const Options& options, const AdminApi& api, base::Counters& counters);

  // Stops the server.
  ~AdminServer() override { Stop(); }

  // As that of http::Server; FAILED_PRECONDITION for an address that other machines reach and may
  // not.
  absl::Status Start(std::function<void()> on_failure);

  int port() const { return server_.port(); }
  void Stop() { server_.Stop(); }

 private:
  http::HeadVerdict JudgeHead(const http::RequestHead& head, const http::Address& peer) override;
  std::optional<HttpAnswer> Handle(std::unique_ptr<http::Exchange>& exchange) override;
  HttpAnswer Answer(const http::Request& request) const;

  const Options options_;
  const AdminApi& api_;
  http::Server server_;
};

}  // namespace autopulse::callevents::adapter
