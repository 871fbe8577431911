#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "adapter/http_status.h"
#include "adapter/vapi/translate.h"
#include "adapter/warnings.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "services/base/clock.h"
#include "services/base/counters.h"

namespace autopulse::callevents::adapter {

// Takes the body of a webhook that was let in, to its answer: parse, translate, report, answer.
// Counts it and logs one line. Thread-safe.
class WebhookHandler {
 public:
  // Reports an event, as `CallEventClient::Report` does.
  using Reporter =
      std::function<absl::StatusOr<v1::ReportCallEventResponse>(const v1::ReportCallEventRequest&)>;

  struct Options {
    bool register_unknown_calls = false;  // U1
  };

  // `counters` must outlive the handler.
  WebhookHandler(const Options& options, Reporter report, base::Clock clock,
                 base::Counters& counters);

  // Handles one body. Blocks until the service has answered.
  HttpAnswer Handle(absl::string_view body) const;

 private:
  struct Handled;

  HttpAnswer Process(absl::string_view body, absl::Time receive_time, Handled& handled) const;
  HttpAnswer Report(const v1::ReportCallEventRequest& request, Handled& handled) const;

  Options options_;
  Reporter report_;
  base::Clock clock_;
  base::Counters& counters_;
};

}  // namespace autopulse::callevents::adapter
