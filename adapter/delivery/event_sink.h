#pragma once

#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "adapter/event_request.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"

namespace autopulse::callevents::adapter {

// What became of an event that was handed over for delivery.
struct Delivered {
  // As `CallEventClient` says it, without a spool.
  Delivered(absl::StatusOr<v1::ReportCallEventResponse> reported)  // NOLINT: meant to convert
      : response(std::move(reported)) {}

  // What the service said, or why it said nothing.
  absl::StatusOr<v1::ReportCallEventResponse> response;

  // Whether the event is safe in the spool and will be sent again.
  bool queued = false;
};

// Where the events of webhooks go. Thread-safe.
class EventSink {
 public:
  // Who waits for what becomes of an event, and whose threads may be used.
  class Awaiting {
   public:
    virtual ~Awaiting() = default;

    // Told once, on any thread. Must not block.
    virtual void OnDelivered(const v1::ReportCallEventRequest& request, Delivered delivered) = 0;

    // Whether the calling thread may block.
    virtual bool may_block() const = 0;

    // Runs `work` later, on a thread that may block.
    virtual void Post(absl::AnyInvocable<void()> work) = 0;
  };

  virtual ~EventSink() = default;

  // Takes an event, and tells `awaiting` what became of it. Does not block where the thread may
  // not; what is to be sent is sent by `Flush`.
  virtual void Report(EventRequest request, std::unique_ptr<Awaiting> awaiting) = 0;

  // Sends what was reported, those together that can be. To be called soon after `Report`.
  virtual void Flush() = 0;
};

}  // namespace autopulse::callevents::adapter
