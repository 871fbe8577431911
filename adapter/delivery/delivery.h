#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/delivery/call_event_client.h"
#include "adapter/delivery/call_turns.h"
#include "adapter/delivery/circuit_breaker.h"
#include "adapter/delivery/drainer.h"
#include "adapter/delivery/event_sink.h"
#include "adapter/delivery/retry_policy.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "persistence/spool/event_spool.h"
#include "services/base/clock.h"
#include "services/base/counters.h"

namespace autopulse::callevents::adapter {

// Sends events to the service; what it cannot take now is kept in the spool and sent later, what it
// will never take becomes a dead letter. Thread-safe.
//
// The events of one call are sent in the order of their intake [O7]. Only what touches the spool
// needs a thread that may block: as long as the service takes what comes, nothing does.
class Delivery final : public EventSink {
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
  // could be done. Takes at most the client's deadline, and what the events of the same call take
  // that came before.
  void Report(EventRequest request, std::unique_ptr<Awaiting> awaiting) override;

  void Flush() override { client_.Flush(); }

  // Keeps a body of which no event can be made, as a dead letter. Blocks.
  void KeepMalformed(absl::string_view body, const absl::Status& error, absl::Time receive_time);

 private:
  struct Work;

  bool IsQuick(absl::string_view call) const;
  // `SendUnlessOthersWait`, `Keep`, `Queue`, `Bury` and `KeepDeadLetter` may block, `Proceed` where
  // it may; the others do not.
  void Proceed(std::unique_ptr<Work> work, bool may_block);
  void SendUnlessOthersWait(std::unique_ptr<Work> work);
  void Send(std::unique_ptr<Work> work);
  void OnReported(std::unique_ptr<Work> work, ReportBatcher::Result result);
  Delivered Keep(const Work& work, const absl::Status& error);
  Delivered Queue(const Work& work, const absl::Status& reason, bool tried);
  void Bury(const Work& work, const absl::Status& error);
  void Finish(std::unique_ptr<Work> work, Delivered delivered);
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
