#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "adapter/delivery/delivery.h"
#include "adapter/http/head.h"
#include "adapter/http_status.h"
#include "adapter/relay/relay.h"
#include "adapter/vapi/translate.h"
#include "adapter/warnings.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "services/base/clock.h"
#include "services/base/counters.h"

namespace autopulse::callevents::adapter {

// What the service made of an event, in a word: `applied`, `late`, `stale`, `duplicate`.
absl::string_view OutcomeName(const v1::ReportCallEventResponse& response);

// Takes the body of a webhook that was let in, to its answer: parse, translate, report, answer.
// Counts it and logs one line. Thread-safe.
class WebhookHandler {
 public:
  // Reports an event, as `Delivery::Deliver` does, or `CallEventClient::Report`.
  using Reporter = std::function<Delivered(const v1::ReportCallEventRequest&)>;

  // Keeps a body of which no event can be made, as `Delivery::KeepMalformed` does.
  using MalformedKeeper =
      std::function<void(absl::string_view body, const absl::Status& error, absl::Time)>;

  // Passes on a message of a type that VAPI waits on, as `relay::Relay` does; nothing if it goes
  // nowhere.
  using Relayer = std::function<std::optional<relay::Relayed>(
      absl::string_view type, const http::RequestHead& head, absl::string_view body)>;

  struct Options {
    bool register_unknown_calls = false;  // U1
    MalformedKeeper keep_malformed = {};  // none: they are answered and forgotten
    Relayer relay = {};                   // V6; none: such messages are answered as ignored
  };

  // `counters` must outlive the handler.
  WebhookHandler(const Options& options, Reporter report, base::Clock clock,
                 base::Counters& counters);

  // Handles one body. Blocks until the event is recorded, kept or refused, or the message that VAPI
  // waits on is answered. `head` is the head of the request, for those.
  HttpAnswer Handle(absl::string_view body, const http::RequestHead& head = {}) const;

 private:
  struct Handled;
  struct Received;

  HttpAnswer Process(const Received& received, Handled& handled) const;
  HttpAnswer Refuse(const Received& received, const absl::Status& error) const;
  HttpAnswer AnswerWithoutEvent(const Received& received, const vapi::Translation& translation,
                                Handled& handled) const;
  HttpAnswer Report(const v1::ReportCallEventRequest& request, Handled& handled) const;

  Options options_;
  Reporter report_;
  base::Clock clock_;
  base::Counters& counters_;
};

}  // namespace autopulse::callevents::adapter
