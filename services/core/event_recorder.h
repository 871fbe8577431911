#pragma once

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/base/clock.h"
#include "services/core/call_feed.h"
#include "services/core/call_store.h"
#include "services/core/event_group.h"
#include "services/core/kept_calls.h"
#include "services/core/reported_event.h"
#include "services/domain/outcome.h"

namespace autopulse::callevents::core {

// The one way that every event goes: dedupe, load, decide, save, commit, publish. Thread-safe.
class EventRecorder {
 public:
  using Receipts = std::vector<absl::StatusOr<Receipt>>;
  using Done = std::function<void(Receipts)>;
  // Takes what a transaction recorded, after its commit and before `done`; see `PublishNew`.
  using Publish = std::function<void(const Receipts&)>;

  EventRecorder(CallStore& store, Publish publish, domain::RuleOptions options, base::Clock clock);

  // Records events in the order given, all in one transaction, each failing alone. Calls `done`
  // with one result for each, at the same index, once the commit is durable: at once, or on a
  // thread of the store's. It must be quick and must not throw. The next events may be recorded
  // before.
  //
  // NOT_FOUND: there is no such call. Whatever keeps the transaction from being committed (ABORTED,
  // UNAVAILABLE, RESOURCE_EXHAUSTED, ...) is the result of every event; none was recorded then,
  // unless the answer to a commit was lost. A repeat is harmless [O1].
  void Record(std::vector<ReportedEvent> events, Done done);

 private:
  absl::Status RecordTogether(CallWriter& calls, absl::Span<ReportedEvent> events,
                              std::vector<EventGroup>& groups);
  absl::Status RecordEach(CallWriter& calls, absl::Span<ReportedEvent> events,
                          std::vector<EventGroup>& groups);

  CallStore& store_;
  const Publish publish_;
  const domain::RuleOptions options_;
  const base::Clock clock_;
  KeptCalls kept_calls_;
};

// Gives `feed` what is new of `receipts`; while nobody watches, only how far it goes.
void PublishNew(const EventRecorder::Receipts& receipts, CallFeed& feed);

}  // namespace autopulse::callevents::core
