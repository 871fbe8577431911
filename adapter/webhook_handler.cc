#include "adapter/webhook_handler.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "adapter/json/json_parser.h"
#include "adapter/json/text.h"
#include "services/base/log.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr std::size_t kMaxLoggedType = 100;

// What kind of word a log may show: the provider's word for the event, never a text of the call.
absl::string_view LoggedWord(const v1::CallEvent& event) {
  if (event.has_status_update()) return event.status_update().provider_status();
  if (event.has_hangup()) return event.hangup().provider_reason();  // H2
  if (event.has_end_of_call_report()) return event.end_of_call_report().ended_reason();
  return event.notice().kind();
}

}  // namespace

absl::string_view OutcomeName(const v1::ReportCallEventResponse& response) {
  if (response.duplicate()) return "duplicate";
  switch (response.event().outcome()) {
    case v1::CALL_EVENT_OUTCOME_STALE:
      return "stale";
    case v1::CALL_EVENT_OUTCOME_LATE:
      return "late";
    default:
      return "applied";
  }
}

// What the log line says of a webhook.
struct WebhookHandler::Handled {
  std::string type = "unknown";
  std::string call = "none";
  std::string word = "none";
  std::string outcome = "malformed";
};

// A webhook as it came.
struct WebhookHandler::Received {
  absl::string_view body;
  const http::RequestHead& head;
  absl::Time time;
};

WebhookHandler::WebhookHandler(const Options& options, Reporter report, base::Clock clock,
                               base::Counters& counters)
    : options_(options),
      report_(std::move(report)),
      clock_(std::move(clock)),
      counters_(counters) {}

HttpAnswer WebhookHandler::Handle(absl::string_view body, const http::RequestHead& head) const {
  const absl::Time begin = absl::Now();
  Handled handled;
  HttpAnswer answer = Process({.body = body, .head = head, .time = clock_()}, handled);
  counters_.Increment("webhooks", handled.outcome);
  base::LogInfo("webhook handled", {{"type", handled.type},
                                    {"call", handled.call},
                                    {"word", handled.word},
                                    {"outcome", handled.outcome},
                                    {"ms", absl::ToInt64Milliseconds(absl::Now() - begin)},
                                    {"http_status", answer.status}});
  return answer;
}

HttpAnswer WebhookHandler::Process(const Received& received, Handled& handled) const {
  const absl::StatusOr<JsonTree> json = ParseJson(received.body);
  if (!json.ok()) return Refuse(received, json.status());
  Warnings warnings(counters_);
  const absl::StatusOr<vapi::Translation> translation = vapi::Translate(
      *json,
      {.receive_time = received.time, .register_unknown_calls = options_.register_unknown_calls},
      warnings);
  if (!translation.ok()) return Refuse(received, translation.status());

  handled.type = WithoutNul(CutUtf8(translation->type, kMaxLoggedType));
  if (!translation->request.has_value()) {
    return AnswerWithoutEvent(received, *translation, handled);
  }
  return Report(*translation->request, handled);
}

HttpAnswer WebhookHandler::AnswerWithoutEvent(const Received& received,
                                              const vapi::Translation& translation,
                                              Handled& handled) const {
  const bool awaits_answer = translation.kind == vapi::MessageKind::kAwaitsAnswer;
  if (awaits_answer && options_.relay) {
    if (const auto relayed = options_.relay(translation.type, received.head, received.body)) {
      const absl::string_view outcome = relay::RelayOutcomeName(relayed->outcome);
      handled.outcome = absl::StrCat("relay_", outcome);
      counters_.Increment(absl::StrCat("relay_", outcome), handled.type);
      return RelayedAnswer(*relayed);
    }
  }
  handled.outcome = awaits_answer ? "unanswered" : "ignored";
  counters_.Increment(awaits_answer ? "unanswered_type" : "ignored_type", handled.type);
  return IgnoredAnswer(translation.type);
}

HttpAnswer WebhookHandler::Refuse(const Received& received, const absl::Status& error) const {
  if (options_.keep_malformed) options_.keep_malformed(received.body, error, received.time);
  return MalformedAnswer(error);
}

HttpAnswer WebhookHandler::Report(const v1::ReportCallEventRequest& request,
                                  Handled& handled) const {
  handled.call = request.parent();
  handled.word = std::string(CutUtf8(LoggedWord(request.event()), kMaxLoggedType));
  if (request.event().has_notice()) {
    counters_.Increment("notice", request.event().notice().kind());  // V1, V2
  }
  const Delivered delivered = report_(request);
  const absl::StatusOr<v1::ReportCallEventResponse>& response = delivered.response;
  if (response.ok()) {
    handled.call = response->call().name();
    handled.outcome = std::string(OutcomeName(*response));
    return RecordedAnswer(request, *response);
  }
  if (delivered.queued) {
    handled.outcome = "queued";
    return QueuedAnswer(request, response.status());
  }
  handled.outcome = absl::StatusCodeToString(response.status().code());
  HttpAnswer answer = ServiceErrorAnswer(request, response.status());
  if (answer.status >= 500) {
    base::LogWarning("event not recorded",
                     {{"call", handled.call}, {"error", response.status().message()}});
  }
  return answer;
}

}  // namespace autopulse::callevents::adapter
