#pragma once

#include <deque>
#include <thread>
#include <vector>

#include "adapter/delivery/retry_policy.h"
#include "adapter/delivery/spool_sender.h"
#include "services/base/clock.h"
#include "services/base/pause.h"

namespace autopulse::callevents::adapter {

// Sends what waits in the spool, by a few `SpoolSender`s on threads of their own.
//
// Each has a share of the calls, so that the next batches are read and the last ones deleted while
// the service works on others, and those of one call never overtake each other [O7].
class Drainer {
 public:
  using Parts = SpoolSender::Parts;

  Drainer(const Parts& parts, const RetryPolicy& policy, base::Clock clock);

  // Stops.
  ~Drainer();

  // Begins to send.
  void Start();

  // Finishes the batches that are on their way and sends no more. May be called again.
  void Stop();

 private:
  void Run(int index, base::Pause& pause);

  const Parts parts_;
  const RetryPolicy policy_;
  const base::Clock clock_;
  RetryBudget budget_;
  std::deque<base::Pause> pauses_;  // of the threads, woken to stop
  std::vector<std::thread> threads_;
};

}  // namespace autopulse::callevents::adapter
