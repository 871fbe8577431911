#pragma once

#include <deque>
#include <thread>
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
#include "services/base/pause.h"

namespace autopulse::callevents::adapter {

// Sends what waits in the spool, in batches, on threads of its own: oldest first within each call.
//
// Each thread has a share of the calls, so that the next batches are read and the last ones deleted
// while the service works on others, and those of one call never overtake each other [O7].
//
// What fails holds its call back for a while and then stands aside [O7]; a call that stays unknown
// for too long, what the service refuses, and what fails again and again while the service records
// others, becomes a dead letter [U1]. A spool that fails is tried less and less often, and with
// fewer events at a time, for each try sends them again.
class Drainer {
 public:
  // All of them must outlive this; `clock` must not jump.
  struct Parts {
    const CallEventClient& client;
    persistence::spool::EventSpool& spool;
    CircuitBreaker& breaker;
    base::Counters& counters;
  };

  Drainer(const Parts& parts, const RetryPolicy& policy, base::Clock clock);

  // Stops.
  ~Drainer();

  // Begins to send.
  void Start();

  // Finishes the batches that are on their way and sends no more. May be called again.
  void Stop();

  // Sends one batch of all calls and writes down what became of it. How many events it held: zero
  // if nothing is due or the service is not worth a try. For tests, which have no threads.
  int DrainOnce() { return DrainOnce(everything_); }

 private:
  using Settlement = persistence::spool::Settlement;
  using PendingEvent = persistence::spool::PendingEvent;
  using Result = absl::StatusOr<v1::ReportCallEventResponse>;

  struct Batch;

  // Who sends the events of some of the spool's lanes.
  struct Sender {
    persistence::spool::LaneShare share;
    int batch_size;  // smaller after a failure, so that one event alone shows what it does
    // The spool could not be read or written so often in a row, and is let alone until then.
    int spool_failures = 0;
    absl::Time next_try = absl::InfinitePast();
  };

  void Run(Sender sender, base::Pause& pause);
  int DrainOnce(Sender& sender);
  Batch MakeBatch(std::vector<PendingEvent> page, absl::Time now);
  absl::StatusOr<std::vector<Result>> Send(const Batch& batch, Sender& sender);
  bool NoteHealth(const std::vector<Result>& results, Sender& sender);
  Settlement Judge(const PendingEvent& event, absl::Time read_time, const Result& result,
                   bool others_recorded);
  Settlement JudgeFailure(const PendingEvent& event, absl::Time read_time,
                          const absl::Status& error, bool others_recorded);
  Settlement JudgeOwnFailure(Settlement settlement, absl::StatusCode code, bool alone, bool counts);
  void NoteSpoolFailure(absl::string_view what, const absl::Status& error, Sender& sender);
  void NoteSettled(const std::vector<Settlement>& settlements, Sender& sender);

  const Parts parts_;
  const RetryPolicy policy_;
  const Backoff backoff_;
  const base::Clock clock_;
  RetryBudget budget_;
  Sender everything_;
  std::deque<base::Pause> pauses_;  // of the threads, woken to stop
  std::vector<std::thread> threads_;
};

}  // namespace autopulse::callevents::adapter
