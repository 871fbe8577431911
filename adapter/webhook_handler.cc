#include "adapter/webhook_handler.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "adapter/delivery/report_results.h"
#include "adapter/json/utf8.h"
#include "services/base/limits.h"
#include "services/base/log.h"

namespace autopulse::callevents::adapter {
namespace {

// What kind of word a log may show: the provider's word for the event, never a text of the call.
absl::string_view LoggedWord(const v1::CallEvent& event) {
  if (event.has_status_update()) return event.status_update().provider_status();
  if (event.has_hangup()) return event.hangup().provider_reason();  // H2
  if (event.has_end_of_call_report()) return event.end_of_call_report().ended_reason();
  return event.notice().kind();
}

}  // namespace

// A webhook on its way through the adapter, and what the log is to say of it.
class WebhookHandler::Webhook final : public EventSink::Awaiting {
 public:
  Webhook(const WebhookHandler& handler, std::unique_ptr<http::Exchange> taken, absl::Time now)
      : exchange(std::move(taken)), receive_time(now), handler_(handler) {}

  const http::Request& request() const { return exchange->request(); }

  void OnDelivered(const v1::ReportCallEventRequest& request, Delivered delivered) override {
    Finish(handler_.AnswerOf(*this, request, delivered));
  }
  bool may_block() const override { return exchange->may_block(); }
  void Post(absl::AnyInvocable<void()> work) override { exchange->Post(std::move(work)); }

  void Finish(const HttpAnswer& answer) {
    handler_.Note(*this, answer);
    exchange->Answer(answer);
  }

  std::unique_ptr<http::Exchange> exchange;
  const absl::Time receive_time;
  const absl::Time begin = absl::Now();
  std::string type = "unknown";
  std::string call = "none";
  std::string word = "none";
  std::string outcome = "malformed";

 private:
  const WebhookHandler& handler_;
};

namespace {

// The answer that `make` makes, which may block; nothing if that is on another thread.
template <typename Webhook, typename Make>
std::optional<HttpAnswer> WhereItMayBlock(std::unique_ptr<Webhook>& webhook, Make make) {
  if (webhook->may_block()) return make(*webhook);
  Webhook& posting = *webhook;
  posting.Post([webhook = std::move(webhook), make = std::move(make)]() mutable {
    webhook->Finish(make(*webhook));
  });
  return std::nullopt;
}

}  // namespace

WebhookHandler::WebhookHandler(const Options& options, EventSink& events, base::Clock clock,
                               base::Counters& counters)
    : options_(options), events_(events), clock_(std::move(clock)), counters_(counters) {}

std::optional<HttpAnswer> WebhookHandler::Handle(std::unique_ptr<http::Exchange>& exchange) const {
  auto webhook = std::make_unique<Webhook>(*this, std::move(exchange), clock_());
  std::optional<HttpAnswer> answer = Process(webhook);
  if (answer.has_value()) {
    Note(*webhook, *answer);
    exchange = std::move(webhook->exchange);
  }
  return answer;
}

std::optional<HttpAnswer> WebhookHandler::Process(std::unique_ptr<Webhook>& webhook) const {
  Warnings warnings(counters_);
  absl::StatusOr<vapi::Translation> translation =
      vapi::Translate(webhook->request().body,
                      {.receive_time = webhook->receive_time,
                       .register_unknown_calls = options_.register_unknown_calls},
                      warnings);
  if (!translation.ok()) return Refuse(webhook, translation.status());

  webhook->type = WithoutNul(CutUtf8(translation->type, base::kMaxProviderWordLength));
  if (translation->request == nullptr) return AnswerWithoutEvent(webhook, *translation);
  Report(std::move(webhook), std::move(translation->request));
  return std::nullopt;
}

std::optional<HttpAnswer> WebhookHandler::Refuse(std::unique_ptr<Webhook>& webhook,
                                                 const absl::Status& error) const {
  if (!options_.keep_malformed) return MalformedAnswer(error);
  return WhereItMayBlock(webhook, [this, error](Webhook& refused) {
    options_.keep_malformed(refused.request().body, error, refused.receive_time);
    return MalformedAnswer(error);
  });
}

std::optional<HttpAnswer> WebhookHandler::AnswerWithoutEvent(
    std::unique_ptr<Webhook>& webhook, const vapi::Translation& translation) const {
  const bool awaits_answer = translation.kind == vapi::MessageKind::kAwaitsAnswer;
  if (!awaits_answer || options_.relay == nullptr)
    return Ignore(*webhook, translation.type, awaits_answer);
  return WhereItMayBlock(
      webhook, [this, type = translation.type](Webhook& asked) { return Relay(asked, type); });
}

HttpAnswer WebhookHandler::Relay(Webhook& webhook, const std::string& type) const {
  const http::Request& request = webhook.request();
  const auto relayed = options_.relay->Forward(type, request.head, request.body);
  if (!relayed.has_value()) return Ignore(webhook, type, /*awaits_answer=*/true);
  webhook.outcome = absl::StrCat("relay_", relay::RelayOutcomeName(relayed->outcome));
  counters_.Increment(webhook.outcome, webhook.type);
  return RelayedAnswer(*relayed);
}

HttpAnswer WebhookHandler::Ignore(Webhook& webhook, const std::string& type,
                                  bool awaits_answer) const {
  webhook.outcome = awaits_answer ? "unanswered" : "ignored";
  counters_.Increment(awaits_answer ? "unanswered_type" : "ignored_type", webhook.type);
  return IgnoredAnswer(type);
}

void WebhookHandler::Report(std::unique_ptr<Webhook> webhook, EventRequest request) const {
  webhook->call = request->parent();
  webhook->word = std::string(CutUtf8(LoggedWord(request->event()), base::kMaxProviderWordLength));
  if (request->event().has_notice()) {
    counters_.Increment("notice", request->event().notice().kind());  // V1, V2
  }
  events_.Report(std::move(request), std::move(webhook));
}

HttpAnswer WebhookHandler::AnswerOf(Webhook& webhook, const v1::ReportCallEventRequest& request,
                                    const Delivered& delivered) const {
  const absl::StatusOr<v1::ReportCallEventResponse>& response = delivered.response;
  if (response.ok()) {
    webhook.call = response->call().name();
    webhook.outcome = std::string(OutcomeName(*response));
    return RecordedAnswer(request, *response);
  }
  if (delivered.queued) {
    webhook.outcome = "queued";
    return QueuedAnswer(request, response.status());
  }
  webhook.outcome = absl::StatusCodeToString(response.status().code());
  HttpAnswer answer = ServiceErrorAnswer(request, response.status());
  if (answer.status >= 500) {
    base::LogWarning("event not recorded",
                     {{"call", webhook.call}, {"error", response.status().message()}});
  }
  return answer;
}

void WebhookHandler::Note(const Webhook& webhook, const HttpAnswer& answer) const {
  counters_.Increment("webhooks", webhook.outcome);
  base::LogInfo("webhook handled", {{"type", webhook.type},
                                    {"call", webhook.call},
                                    {"word", webhook.word},
                                    {"outcome", webhook.outcome},
                                    {"ms", absl::ToInt64Milliseconds(absl::Now() - webhook.begin)},
                                    {"http_status", answer.status}});
}

}  // namespace autopulse::callevents::adapter
