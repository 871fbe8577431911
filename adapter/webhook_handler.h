#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "adapter/delivery/event_sink.h"
#include "adapter/event_request.h"
#include "adapter/http/request.h"
#include "adapter/relay/relay.h"
#include "adapter/vapi/translate.h"
#include "adapter/warnings.h"
#include "adapter/webhook_answers.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "services/base/clock.h"
#include "services/base/counters.h"

namespace autopulse::callevents::adapter {

// Takes a webhook that was let in, to its answer: parse, translate, report, answer. Counts it and
// logs one line. Thread-safe.
class WebhookHandler {
 public:
  // Keeps a body of which no event can be made, as `Delivery::KeepMalformed` does. May block.
  using MalformedKeeper =
      std::function<void(absl::string_view body, const absl::Status& error, absl::Time)>;

  struct Options {
    bool register_unknown_calls = false;            // U1
    MalformedKeeper keep_malformed = {};            // none: they are answered and forgotten
    std::shared_ptr<relay::Relay> relay = nullptr;  // V6; null: such messages are ignored
  };

  // `events` and `counters` must outlive the handler.
  WebhookHandler(const Options& options, EventSink& events, base::Clock clock,
                 base::Counters& counters);

  // Answers a webhook at once, or takes `exchange` out of the reference and answers once the event
  // is recorded, kept or refused, or the message that VAPI waits on is answered. Does not block
  // where `exchange` may not.
  std::optional<HttpAnswer> Handle(std::unique_ptr<http::Exchange>& exchange) const;

  // Sends the events of the webhooks that were handled since, together.
  void Flush() const { events_.Flush(); }

 private:
  class Webhook;

  // Of these, who answers later takes the webhook out of the reference.
  std::optional<HttpAnswer> Process(std::unique_ptr<Webhook>& webhook) const;
  std::optional<HttpAnswer> Refuse(std::unique_ptr<Webhook>& webhook,
                                   const absl::Status& error) const;
  std::optional<HttpAnswer> AnswerWithoutEvent(std::unique_ptr<Webhook>& webhook,
                                               const vapi::Translation& translation) const;
  void Report(std::unique_ptr<Webhook> webhook, EventRequest request) const;

  HttpAnswer Relay(Webhook& webhook, const std::string& type) const;
  HttpAnswer Ignore(Webhook& webhook, const std::string& type, bool awaits_answer) const;
  HttpAnswer AnswerOf(Webhook& webhook, const v1::ReportCallEventRequest& request,
                      const Delivered& delivered) const;
  void Note(const Webhook& webhook, const HttpAnswer& answer) const;

  Options options_;
  EventSink& events_;
  base::Clock clock_;
  base::Counters& counters_;
};

}  // namespace autopulse::callevents::adapter
