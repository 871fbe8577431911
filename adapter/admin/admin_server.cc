#include "adapter/admin/admin_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "adapter/auth/methods.h"
#include "adapter/http/address.h"
#include "clients/cpp/channel_settings.h"

namespace autopulse::callevents::adapter {
namespace {

http::Server::Options ServerOptions(const AdminServer::Options& options) {
  constexpr int kThreads = 4;
  constexpr int kConnections = 64;
  constexpr absl::Duration kDeadline = absl::Seconds(5);  // for a head, which is all there is
  http::Server::Options server{.listen = options.listen, .dispatcher = {.threads = kThreads}};
  server.loop.max_connections = kConnections;
  server.loop.max_connections_per_address = kConnections / 2;
  server.loop.limits.request_deadline = kDeadline;
  server.loop.limits.head.max_body_bytes = 0;  // no request has one
  return server;
}

}  // namespace

AdminServer::AdminServer(const Options& options, const AdminApi& api, base::Counters& counters)
    : options_(options), api_(api), server_(ServerOptions(options), *this, counters) {}

absl::Status AdminServer::Start(std::function<void()> on_failure) {
  if (!options_.allow_remote && !client::IsLocal(options_.listen)) {
    return absl::FailedPreconditionError(
        absl::StrCat("--admin-listen: other machines can reach ", options_.listen,
                     ", and tokens would cross the network unencrypted; listen on 127.0.0.1, or "
                     "add --insecure-admin-listen"));
  }
  return server_.Start(std::move(on_failure));
}

http::HeadVerdict AdminServer::JudgeHead(const http::RequestHead& head,
                                         const http::Address& /*peer*/) {
  const auth::Verdict verdict = options_.policy.AuthenticateHead(head, absl::Now());
  if (verdict.refusal == auth::Refusal::kNone) return {.is_authorized = true};
  HttpAnswer answer = ErrorAnswer(401, "send an admin token as Authorization: Bearer TOKEN");
  answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  return {.refusal = http::Refusal{"admin_auth", answer}};
}

std::optional<HttpAnswer> AdminServer::Handle(std::unique_ptr<http::Exchange>& exchange) {
  if (exchange->may_block()) return Answer(exchange->request());
  http::Exchange& asked = *exchange;
  asked.Post(
      [this, exchange = std::move(exchange)] { exchange->Answer(Answer(exchange->request())); });
  return std::nullopt;
}

HttpAnswer AdminServer::Answer(const http::Request& request) const {
  HttpAnswer answer = api_.Handle(request.head.method, request.head.target);
  answer.headers.emplace_back("Cache-Control", "no-store");
  return answer;
}

}  // namespace autopulse::callevents::adapter
