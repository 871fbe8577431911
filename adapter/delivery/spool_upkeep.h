#pragma once

#include <thread>

#include "absl/time/time.h"
#include "persistence/spool/event_spool.h"
#include "services/base/clock.h"
#include "services/base/pause.h"

namespace autopulse::callevents::adapter {

// What a spool needs besides being filled and drained, on a thread of its own: dead letters go when
// they are old, and what a long outage took of the disk is given back.
class SpoolUpkeep {
 public:
  // `spool` must outlive this. `retention` is how long a dead letter is kept; zero for ever.
  SpoolUpkeep(persistence::spool::EventSpool& spool, absl::Duration retention, base::Clock clock);

  // Stops.
  ~SpoolUpkeep();

  // Begins.
  void Start();

  // Ends what is being done, soon. May be called again.
  void Stop();

  // Does all that is to be done now, in steps that hold nobody up for long, or what can be done of
  // it until `Stop` is called. For the thread, and for tests that have none.
  void RunOnce();

 private:
  void Run();
  void RemoveOldDeadLetters();
  void GiveSpaceBack();
  bool Pause(absl::Duration time);

  persistence::spool::EventSpool& spool_;
  const absl::Duration retention_;
  const base::Clock clock_;
  base::Pause pause_;      // woken to stop
  bool stopping_ = false;  // of the thread alone
  std::thread thread_;
};

}  // namespace autopulse::callevents::adapter
