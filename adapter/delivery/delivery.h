#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/delivery/call_event_client.h"
#include "adapter/delivery/call_turns.h"
#include "adapter/delivery/circuit_breaker.h"
#include "adapter/delivery/drainer.h"
#include "adapter/delivery/retry_policy.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "persistence/spool/event_spool.h"
#include "services/base/clock.h"
#include "services/base/counters.h"

namespace autopulse::callevents::adapter {

// What became of an event that was handed over for delivery.
struct Delivered {
  // As `CallEventClient::Report` does it, without a spool.
  Delivered(absl::StatusOr<v1::ReportCallEventResponse> reported)  // NOLINT: meant to convert
      : response(std::move(reported)) {}

  // What the service said, or why it said nothing.
  absl::StatusOr<v1::ReportCallEventResponse> response;

  // Whether the event is safe in the spool and will be sent again.
  bool queued = false;
};

// The form of a dead letter that is a webhook's body as it came. The other one is
// `persistence::spool::kPendingForm`, a serialized ReportCallEventRequest.
inline constexpr char kBodyForm[] = "body";

// Sends events to the service; what it cannot take now is kept in the spool and sent later, what it
// will never take becomes a dead letter. Thread-safe.
//
// The events of one call are sent in the order of their intake [O7].
class Delivery {
 public:
  struct Options {
    RetryPolicy retry = {};
    CircuitBreaker::Options breaker = {};
  };

  // `client`, `spool` and `counters` must outlive this; `clock` must not jump.
  Delivery(const CallEventClient& client, persistence::spool::EventSpool& spool,
           base::Counters& counters, const Options& options, base::Clock clock);

  // Begins to send what waits in the spool.
  void Start();

  // Sends nothing more from the spool. May be called again.
  void Stop();

  // Sends one event, or keeps it: `queued` is only said once it is on disk. UNAVAILABLE if neither
  // could be done. Blocks until the service has answered, at most for the client's deadline and for
  // the events of the same call that came before.
  Delivered Deliver(const v1::ReportCallEventRequest& request);

  // Keeps a body of which no event can be made, as a dead letter.
  void KeepMalformed(absl::string_view body, const absl::Status& error, absl::Time receive_time);

 private:
  Delivered Queue(const std::string& call, const v1::ReportCallEventRequest& request,
                  const absl::Status& reason, bool tried);
  void Bury(const std::string& call, const v1::ReportCallEventRequest& request,
            const absl::Status& error);
  void KeepDeadLetter(const persistence::spool::DeadLetter& letter);

  const CallEventClient& client_;
  persistence::spool::EventSpool& spool_;
  base::Counters& counters_;
  const Backoff backoff_;
  const base::Clock clock_;
  CallTurns turns_;
  CircuitBreaker breaker_;
  Drainer drainer_;
};

}  // namespace autopulse::callevents::adapter
