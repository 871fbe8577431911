#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/delivery/call_event_client.h"
#include "adapter/delivery/circuit_breaker.h"
#include "adapter/delivery/retry_policy.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "persistence/spool/event_spool.h"
#include "services/base/clock.h"
#include "services/base/counters.h"

namespace autopulse::callevents::adapter {

// Sends a share of what waits in the spool, a batch at a time: oldest first within each call. One
// thread's.
//
// What fails holds its call back for a while and then stands aside [O7]; a call that stays unknown
// for too long, what the service refuses, and what fails again and again while the service records
// others, becomes a dead letter [U1]. A spool that fails is tried less and less often, and with
// fewer events at a time, for each try sends them again.
class SpoolSender {
 public:
  // All of them must outlive this; `clock` must not jump. Senders may share them.
  struct Parts {
    const CallEventClient& client;
    persistence::spool::EventSpool& spool;
    CircuitBreaker& breaker;
    base::Counters& counters;
  };

  // `budget` is that of `policy`, for all senders together; it must outlive this as well.
  SpoolSender(const Parts& parts, RetryBudget& budget, const RetryPolicy& policy, base::Clock clock,
              persistence::spool::LaneShare share);

  // Sends one batch and writes down what became of it. How many events it held: zero if nothing is
  // due, or neither the service nor the spool is worth a try.
  int SendBatch();

 private:
  using Settlement = persistence::spool::Settlement;
  using PendingEvent = persistence::spool::PendingEvent;
  using Result = absl::StatusOr<v1::ReportCallEventResponse>;

  struct Batch;

  Batch MakeBatch(std::vector<PendingEvent> page, absl::Time now);
  absl::StatusOr<std::vector<Result>> Send(const Batch& batch);
  bool NoteHealth(const std::vector<Result>& results);
  Settlement Judge(const PendingEvent& event, absl::Time read_time, const Result& result,
                   bool others_recorded);
  Settlement JudgeFailure(const PendingEvent& event, absl::Time read_time,
                          const absl::Status& error, bool others_recorded);
  Settlement JudgeOwnFailure(Settlement settlement, absl::StatusCode code, bool alone, bool counts);
  void NoteSpoolFailure(absl::string_view what, const absl::Status& error);
  void NoteSettled(const std::vector<Settlement>& settlements);

  const Parts parts_;
  RetryBudget& budget_;
  const RetryPolicy policy_;
  const Backoff backoff_;
  const base::Clock clock_;
  const persistence::spool::LaneShare share_;
  int batch_size_;  // smaller after a failure, so that one event alone shows what it does
  // The spool could not be read or written so often in a row, and is let alone until then.
  int spool_failures_ = 0;
  absl::Time next_try_ = absl::InfinitePast();
};

}  // namespace autopulse::callevents::adapter
