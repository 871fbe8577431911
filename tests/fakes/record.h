#pragma once

#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "services/core/event_recorder.h"

namespace autopulse::callevents::fakes {

// Records events and waits until they are durable: one result for each.
inline core::EventRecorder::Receipts Record(core::EventRecorder& recorder,
                                            std::vector<core::ReportedEvent> events) {
  core::EventRecorder::Receipts recorded;
  absl::Notification told;
  recorder.Record(std::move(events), [&](core::EventRecorder::Receipts receipts) {
    recorded = std::move(receipts);
    told.Notify();
  });
  told.WaitForNotification();
  return recorded;
}

}  // namespace autopulse::callevents::fakes
