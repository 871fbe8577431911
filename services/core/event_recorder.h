#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/base/clock.h"
#include "services/core/call_feed.h"
#include "services/core/call_store.h"
#include "services/domain/call.h"
#include "services/domain/call_event.h"
#include "services/domain/outcome.h"

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

// The one way that every event goes: dedupe, load, decide, save, commit, publish. Thread-safe.
class EventRecorder {
 public:
  // Takes what a transaction recorded, after its commit.
  using Publish = std::function<void(std::vector<FeedEntry>)>;

  EventRecorder(CallStore& store, Publish publish, domain::RuleOptions options, base::Clock clock);

  // Records events in the order given, all in one transaction, each failing alone. Returns one
  // result for each, at the same index, after the commit.
  //
  // NOT_FOUND: there is no such call. Whatever keeps the transaction from being committed (ABORTED,
  // UNAVAILABLE, RESOURCE_EXHAUSTED, ...) is the result of every event; none was recorded then,
  // unless the answer to a commit was lost. A repeat is harmless [O1].
  std::vector<absl::StatusOr<Receipt>> Record(absl::Span<const ReportedEvent> events);

 private:
  // `locked` are the calls, ascending, that are locked already.
  absl::StatusOr<Receipt> RecordIn(CallWriter& calls, const ReportedEvent& reported,
                                   absl::Span<const std::int64_t> locked);
  absl::StatusOr<std::int64_t> FindOrRegister(CallWriter& calls, const ReportedEvent& reported,
                                              absl::Span<const std::int64_t> locked);
  absl::Status Save(CallWriter& calls, const domain::Decision& decision,
                    const domain::CallEvent& event, domain::Call& call);
  void PublishNew(const std::vector<absl::StatusOr<Receipt>>& receipts);

  CallStore& store_;
  const Publish publish_;
  const domain::RuleOptions options_;
  const base::Clock clock_;
};

}  // namespace autopulse::callevents::core
