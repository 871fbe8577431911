#pragma once

#include <cstdint>
#include <optional>

#include "services/domain/call.h"
#include "services/domain/call_event.h"

namespace autopulse::callevents::core {

// An event as it was reported: already valid, already in the words of the domain.
struct ReportedEvent {
  // The call it happened to. Nothing: the call that `event.provider_call_id` belongs to.
  std::optional<std::int64_t> call_id;
  domain::CallEvent event;
  // Registered, in the same transaction, if no call has that provider's id [U1].
  std::optional<domain::Call> call_if_unknown;
};

// What was made of a reported event.
struct Receipt {
  domain::RecordedEvent event;  // without its transcript
  domain::Call call;            // as it is now
  bool duplicate = false;       // it had been recorded before; nothing changed [O1]
};

}  // namespace autopulse::callevents::core
