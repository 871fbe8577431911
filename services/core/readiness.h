#pragma once

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/base/pausing_thread.h"
#include "services/core/watched_store.h"

namespace autopulse::callevents::core {

// Tells whether events can be recorded, on a thread of its own. They cannot once the store has
// failed, or has been at a write for too long, or takes no rehearsal after an error that may be one
// event's own; they can again once it has taken a small write and a rehearsal several times in a
// row, and nobody else has failed meanwhile. So it heals without an event, which those who wait for
// it hold back. While all is well nothing is written.
class Readiness {
 public:
  using Tell = std::function<void(bool ready)>;

  // How long between two looks at the store, or two writes, unless told otherwise.
  static constexpr absl::Duration kInterval = absl::Milliseconds(500);
  // How long a write may take: a commit that waits for a standby has no end of its own.
  static constexpr absl::Duration kPatience = absl::Seconds(15);

  // Calls `tell` on each change; it begins with ready, which is not told. `store` must outlive
  // this.
  Readiness(WatchedStore& store, Tell tell, absl::Duration interval = kInterval,
            absl::Duration patience = kPatience);

 private:
  void Look();
  bool HasFailed();
  absl::Status TryToWrite();

  WatchedStore& store_;
  const Tell tell_;
  const absl::Duration interval_;
  const absl::Duration patience_;
  // Of the thread alone.
  std::int64_t seen_;         // of the store's failures
  std::int64_t doubts_seen_;  // of its doubts
  int good_writes_;           // in a row; `kEnough` while ready
  base::PausingThread thread_;
};

}  // namespace autopulse::callevents::core
