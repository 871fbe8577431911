#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/base/pause.h"
#include "services/core/call_feed.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::core {

// Feeds watchers from the journal, where several processes write to one database: each event that
// any of them commits, once, by sequence, and none skipped though a smaller sequence may be
// committed after a larger one. Thread-safe.
class JournalTail {
 public:
  struct Pace {
    absl::Duration watched = absl::Milliseconds(20);     // between looks, while somebody watches
    absl::Duration unwatched = absl::Milliseconds(200);  // and while nobody does
    absl::Duration least = absl::Milliseconds(4);        // also where much is committed
    // How long the feed keeps events at most: no process tells this one what it erases [X1].
    absl::Duration kept = absl::Seconds(10);
  };

  // Begins behind `feed.last_sequence()`. Both must outlive the tail.
  JournalTail(CallStore& store, CallFeed& feed) : JournalTail(store, feed, Pace()) {}
  JournalTail(CallStore& store, CallFeed& feed, Pace pace);
  ~JournalTail();
  JournalTail(const JournalTail&) = delete;
  JournalTail& operator=(const JournalTail&) = delete;

  // Looks soon: this process has committed something.
  void Wake();

 private:
  // An event that was passed on.
  struct PassedOn {
    std::int64_t sequence = 0;
    std::int64_t call_id = 0;
    std::string event_id;
  };

  void Run();
  absl::Status Look();
  void ForgetNowAndThen();
  // Whether a standby has taken over that did not have all that was passed on. What is there is
  // looked at only if it `may_have_changed`.
  absl::StatusOr<bool> HasGoneBack(const JournalMark& mark, bool may_have_changed);
  // Has watchers go on behind what both servers have.
  absl::Status GoBack(const JournalMark& mark);
  absl::Status PassOn(std::int64_t up_to);

  CallStore& store_;
  CallFeed& feed_;
  const Pace pace_;

  // Of the thread. A mark whose writers had not all ended when it was last looked at.
  std::optional<JournalMark> open_mark_;
  std::chrono::steady_clock::time_point forgotten_ = std::chrono::steady_clock::now();
  std::optional<PassedOn> last_;  // nothing if nobody watched
  bool failing_ = false;
  // When the journal could be read last: by the clock that its events have their times from, and as
  // time really passes.
  absl::Time looked_ = absl::Now();
  std::chrono::steady_clock::time_point steadily_looked_ = std::chrono::steady_clock::now();

  base::Pause pause_;
  base::Pause rest_;  // woken to stop
  std::thread thread_;
};

// Returns up to which sequence the journal can be read at the first time that this is known: every
// event up to there is committed or never will be. Waits for the transactions that are under way.
absl::StatusOr<std::int64_t> AwaitSettledSequence(CallStore& store);

}  // namespace autopulse::callevents::core
