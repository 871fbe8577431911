#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/core/call_images.h"
#include "services/core/call_store.h"
#include "services/core/reported_event.h"
#include "services/domain/outcome.h"

namespace autopulse::callevents::core {

// Events that are recorded together, in one transaction: what all of them need is read at once,
// each is decided by an image of its call, and what comes of it is written at once.
class EventGroup {
 public:
  using Context = CallImages::Context;

  // `events` must live until `TakeReceipts`.
  EventGroup(const Context& context, absl::Span<ReportedEvent> events);

  // Records the events in their order, in the transaction of `calls`. NOT_FOUND of one event is the
  // result of that one. Any other error is returned, and of the transaction's writes none, or those
  // of the isolated part none, may be kept; it may concern one event only.
  absl::Status Record(CallWriter& calls);

  // Makes `status` the result of every event: what `Record` wrote was undone.
  void Fail(const absl::Status& status);

  // After the commit: keeps what the calls were folded to.
  void KeepCalls() { images_.Keep(); }

  // After `KeepCalls`, on any thread: one result for each event, at its index. Once only.
  std::vector<absl::StatusOr<Receipt>> TakeReceipts();

 private:
  // What became of an event.
  struct Result {
    absl::Status status;
    std::int64_t call_id = 0;
    Receipt receipt;                     // that of a new event lacks what was reported
    std::optional<std::size_t> repeats;  // a new event of this group
  };

  absl::Status ResolveCalls(CallWriter& calls);
  absl::StatusOr<std::int64_t> Register(CallWriter& calls, const ReportedEvent& reported);
  absl::Status FindRepeats(CallWriter& calls);
  absl::Status DecideAll(CallWriter& calls);
  void RecordForgotten(std::size_t index, const domain::Call& call);
  absl::Status DecideNew(CallWriter& calls, std::size_t index, CallImage& image);
  absl::StatusOr<domain::FoldedCall> FoldWhole(CallWriter& calls, CallImage& image,
                                               const domain::CallEvent& event);
  absl::Status TakeTranscript(CallWriter& calls, const std::string& event_id, CallImage& image);
  absl::Status Save(CallWriter& calls);
  void CollectCalls(RecordedChanges& changes) const;

  const Context context_;
  const absl::Span<ReportedEvent> events_;
  std::vector<Result> results_;
  CallImages images_;
  std::map<std::string, std::int64_t> by_provider_call_id_;
};

}  // namespace autopulse::callevents::core
