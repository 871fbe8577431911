#include "adapter/webhook_server.h"

#include <utility>

#include "absl/time/clock.h"
#include "adapter/request_gate.h"
#include "adapter/webhook_answers.h"

namespace autopulse::callevents::adapter {
namespace {

// A larger body is parsed where it holds nobody up: it takes a millisecond and more.
constexpr std::size_t kMaxQuickBytes = std::size_t{256} << 10;

}  // namespace

WebhookServer::WebhookServer(const Options& options, WebhookAuth auth,
                             const WebhookHandler& handler, base::Counters& counters)
    : auth_(std::move(auth)),
      handler_(handler),
      counters_(counters),
      server_(options, *this, counters) {}

absl::Status WebhookServer::Start(std::function<void()> on_failure) {
  return server_.Start(std::move(on_failure));
}

http::HeadVerdict WebhookServer::JudgeHead(const http::RequestHead& head,
                                           const http::Address& /*peer*/) {
  return CheckHead(head, *auth_.current(), absl::Now());
}

std::optional<HttpAnswer> WebhookServer::Handle(std::unique_ptr<http::Exchange>& exchange) {
  const http::Request& request = exchange->request();
  if (RouteOf(request.head.path) == Route::kHealth) {
    return HttpAnswer{.body = R"({"status":"ok"})"};
  }
  if (request.body.size() <= kMaxQuickBytes || exchange->may_block()) {
    return HandleWebhook(exchange);
  }
  http::Exchange& large = *exchange;
  large.Post([this, exchange = std::move(exchange)]() mutable {
    const std::optional<HttpAnswer> answer = HandleWebhook(exchange);
    if (answer.has_value()) exchange->Answer(*answer);
  });
  return std::nullopt;
}

std::optional<HttpAnswer> WebhookServer::HandleWebhook(std::unique_ptr<http::Exchange>& exchange) {
  const http::Request& request = exchange->request();
  const auth::Verdict verdict =
      auth_.current()->AuthenticateWhole(request.head, request.body, absl::Now());
  if (verdict.refusal != auth::Refusal::kNone) {
    const http::Refusal refusal = Unauthorized(verdict.refusal);
    http::NoteRefusal(refusal, counters_);
    return refusal.answer;
  }
  counters_.Increment("authorized", verdict.credential);
  return handler_.Handle(exchange);
}

}  // namespace autopulse::callevents::adapter
