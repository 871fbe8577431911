#pragma once

#include <memory>

#include "adapter/delivery/call_event_client.h"
#include "adapter/delivery/event_sink.h"

namespace autopulse::callevents::adapter {

// Sends events to the service, without a spool: what it does not take is VAPI's to send again.
class DirectDelivery final : public EventSink {
 public:
  // `client` must outlive this.
  explicit DirectDelivery(const CallEventClient& client) : client_(client) {}

  void Report(EventRequest request, std::unique_ptr<Awaiting> awaiting) override;
  void Flush() override { client_.Flush(); }

 private:
  const CallEventClient& client_;
};

}  // namespace autopulse::callevents::adapter
